"""What describes the API itself."""

from clouddesk.api.schemas import common

#: Its own specification says what is in it.
_ANY: common.Schema = {}

OPENAPI = common.whole(
    {
        'openapi': common.STRING,
        'info': _ANY,
        'servers': _ANY,
        'tags': _ANY,
        'security': _ANY,
        'paths': _ANY,
        'components': _ANY,
    }
)
