"""The version documents, which discovery reads."""

from typing import Any

from clouddesk.api import microversion

_FIRST = microversion.VERSIONS[0][0]
_LAST = microversion.VERSIONS[-1][0]


def version(base: str) -> dict[str, Any]:
    """The one major version.

    ``version`` and ``max_version`` are the same: keystoneauth knows either
    name, depending on the age of the service that it was made for.
    """
    return {
        'id': 'v1.0',
        'status': 'CURRENT',
        'min_version': _FIRST,
        'max_version': _LAST,
        'version': _LAST,
        'links': [{'rel': 'self', 'href': base + '/v1/'}],
    }
