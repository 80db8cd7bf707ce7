"""The version documents, which discovery reads."""

from clouddesk.api.schemas import common

_VERSION = common.whole(
    {
        'id': common.STRING,
        'status': common.one_of(('CURRENT', 'SUPPORTED', 'DEPRECATED')),
        'min_version': common.STRING,
        'max_version': common.STRING,
        'version': common.STRING,
        'links': common.LINKS,
    }
)

VERSION = common.whole({'version': _VERSION})
VERSIONS = common.whole({'versions': {'type': 'array', 'items': _VERSION}})
