"""The account that is in an image, as it comes in and goes out."""

from clouddesk.api.schemas import common

_SOURCE = common.one_of(('default', 'desktop', 'image'))

SET = common.fields(
    {'user': common.text(64, 1), 'password': common.text(128, 1)},
    required=('user', 'password'),
)

#: With the image: the password is never shown there.
SHOWN = common.whole(
    {
        'user': common.OPTIONAL_STRING,
        'has_password': common.BOOLEAN,
        'source': _SOURCE,
    }
)

#: Of a desktop, for who may open it.
ASKED = common.fields({'with_password': common.BOOLEAN})
HANDED = common.whole(
    {
        'user': common.OPTIONAL_STRING,
        'password': common.OPTIONAL_STRING,
        'source': _SOURCE,
    }
)
