"""The versions of the API, and which of them a request wants.

A change that a client can notice is a new microversion. It gets a line in
:data:`VERSIONS`, a bound in the decorators of what it changes, and a release
note.
"""

from collections.abc import Iterable
from typing import Any

import microversion_parse

from clouddesk import exceptions
from clouddesk.conf import CONF
from clouddesk.i18n import _

#: Oldest first, each with the reason for it.
VERSIONS = (('1.0', 'Desktops, pools and work orders.'),)

Version = tuple[int, int]

#: Where the version of a request is kept.
KEY = 'clouddesk.microversion'

_HEADER = 'OpenStack-API-Version'
_ENVIRON_HEADER = 'HTTP_OPENSTACK_API_VERSION'


class NotAcceptable(exceptions.ClouddeskError):
    status = 406
    code = 'microversion_not_supported'
    message = _(
        'Version %(version)s is not supported; versions %(minimum)s to '
        '%(maximum)s are.'
    )


def parse(text: str) -> Version:
    """``'1.10'`` as a pair that can be compared.

    :raises ValueError: it is not two numbers
    """
    major, minor = text.split('.')
    if not (major + minor).isdecimal() or not (major + minor).isascii():
        raise ValueError(text)
    return int(major), int(minor)


#: What exists, by its pair.
_KNOWN = {parse(text): text for text, _reason in VERSIONS}
MINIMUM = min(_KNOWN)
MAXIMUM = max(_KNOWN)


class Layer:
    """Finds the wanted version and tells the one that was used.

    Without the header the oldest version is used, so that a client from
    long ago meets what it was written for.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        service_type = CONF.api.service_type
        version = _wanted(environ, service_type)
        environ[KEY] = version
        told = [
            (_HEADER, '%s %s' % (service_type, _KNOWN[version])),
            ('Vary', _HEADER),
        ]

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            return start_response(status, headers + told, exc_info)

        return self.app(environ, start)


def _wanted(environ: dict[str, Any], service_type: str) -> Version:
    header = environ.get(_ENVIRON_HEADER)
    if header is None:
        return MINIMUM
    text = microversion_parse.get_version(
        {microversion_parse.STANDARD_HEADER: header}, service_type
    )
    if text is None:
        return MINIMUM
    if text == 'latest':
        return MAXIMUM
    try:
        version = parse(text)
    except ValueError:
        raise exceptions.Invalid(
            _('%(header)s must be like "%(type)s %(example)s".'),
            {'field': _HEADER},
            header=_HEADER,
            type=service_type,
            example=_KNOWN[MAXIMUM],
        ) from None
    if version not in _KNOWN:
        raise NotAcceptable(
            details={
                'field': _HEADER,
                'min_version': _KNOWN[MINIMUM],
                'max_version': _KNOWN[MAXIMUM],
            },
            version=text,
            minimum=_KNOWN[MINIMUM],
            maximum=_KNOWN[MAXIMUM],
        )
    return version
