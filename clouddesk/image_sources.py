"""Whether Glance may be told to fetch an image from an address.

Glance fetches with the rights of its host: an address could lead to the
metadata of a server, to a database, or to an API that trusts everybody who
can reach it. So an address is read as strictly as can be, and everything that
its name leads to must be public.

What this cannot do: Glance looks the name up again. Who owns a name can say
something else then; and what is fetched can redirect. See the security guide
for what Glance does about that, and what the operator has to.
"""

from collections.abc import Callable
from collections.abc import Iterable
from concurrent import futures
import functools
import ipaddress
import re
import socket
from typing import Any
from urllib import parse

from oslo_config import cfg
from oslo_log import log

from clouddesk import exceptions
from clouddesk.i18n import _

LOG = log.getLogger(__name__)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: All addresses of a name, as :func:`socket.getaddrinfo` finds them.
Resolve = Callable[[str, int], Iterable[str]]

#: Characters of an address; Glance keeps it in its database.
LONGEST = 2048

#: Seconds that a name may take; whoever owns it decides how long it does.
PATIENCE = 5
#: Names that a process looks up at once; more wait for their turn.
_AT_ONCE = 8

_PORTS = {'http': 80, 'https': 443}

#: What programs disagree about: blanks, and the slash of Windows.
_AMBIGUOUS = re.compile(r'[\s\\\x00-\x20\x7f]')
#: A name of the DNS in ASCII; underscores are seen in the wild.
_NAME = re.compile(r'(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?'
                   r'(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*')  # fmt: skip
#: The last label of what inet_aton takes for an address: 2130706433, 0x7f.1
_NUMBER = re.compile(r'(0x[0-9a-f]*|[0-9]+)')

#: Of IPv6 only these are given to somebody.
_GLOBAL_UNICAST = ipaddress.IPv6Network('2000::/3')
#: Azure and Oracle tell servers their metadata at addresses that look public.
_METADATA = frozenset(
    {
        ipaddress.ip_address('168.63.129.16'),
        ipaddress.ip_address('192.0.0.192'),
    }
)
#: What older releases of Python take for public, too.
_RESERVED = (
    ipaddress.ip_network('192.0.0.0/24'),
    ipaddress.ip_network('192.88.99.0/24'),
    ipaddress.ip_network('2001::/23'),
    # Tunnels to IPv4 addresses, which nobody offers any more.
    ipaddress.ip_network('2002::/16'),
    ipaddress.ip_network('3fff::/20'),
)


class Refused(exceptions.Invalid):
    """An image must not come from there."""

    code = 'source_refused'
    message = _('uri: %(reason)s')

    def __init__(self, reason: str) -> None:
        super().__init__(details={'field': 'uri'}, reason=reason)


def check(
    uri: str, conf: cfg.ConfigOpts, resolve: Resolve | None = None
) -> None:
    """Refuse an address that images must not come from.

    :param conf: has the group ``[image_import]``
    :param resolve: how names are looked up
    :raises Refused: says why; never repeats what may be secret in it
    """
    options = conf.image_import
    parts = _parts(uri)
    if parts.scheme not in options.schemes:
        raise Refused(
            _('the scheme must be one of %s') % ', '.join(options.schemes)
        )
    port = _port(parts)
    if port not in options.ports:
        raise Refused(_('port %s is not allowed') % port)
    host = _host(parts)
    if _listed(host, options.denied_hosts) or (
        options.hosts and not _listed(host, options.hosts)
    ):
        raise Refused(_('host %s is not allowed') % host)
    networks = [ipaddress.ip_network(each) for each in options.networks]
    for address in _addresses(host, port, resolve or _looked_up):
        if not _is_allowed(address, networks):
            raise _not_public(host, str(address))


def _not_public(host: str, address: str) -> Refused:
    if host == address:
        return Refused(_('%s is not public') % address)
    return _nowhere(host, 'it leads to %s' % address)


def _nowhere(host: str, why: str) -> Refused:
    """The same for all names: which there are inside is nobody's business.

    :param why: for the operator
    """
    LOG.info(
        'No image comes from %(host)s: %(why)s', {'host': host, 'why': why}
    )
    return Refused(_('host %s is not known here, or not public') % host)


def _parts(uri: str) -> parse.SplitResult:
    if len(uri) > LONGEST or _AMBIGUOUS.search(uri) or not uri.isascii():
        raise Refused(
            _(
                'at most %s characters of ASCII, without blanks and '
                'backslashes; names of other scripts begin with xn--'
            )
            % LONGEST
        )
    try:
        parts = parse.urlsplit(uri)
    except ValueError:
        raise Refused(_('this is no address of the web')) from None
    if not parts.netloc:
        raise Refused(_('this is no address of the web'))
    if '@' in parts.netloc:
        raise Refused(
            _('user and password are not allowed: Glance keeps the address')
        )
    return parts


def _port(parts: parse.SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise Refused(_('this is no port')) from None
    return _PORTS[parts.scheme] if port is None else port


def _host(parts: parse.SplitResult) -> str:
    """A name or an address in the one form that everybody reads alike."""
    host = parts.hostname or ''
    if parts.netloc.startswith('['):
        # A zone, behind a percent sign, is a network card of Glance's host.
        if '%' not in host:
            return str(_literal(host))
        raise Refused(_('host: a name of the DNS is needed, or an address'))
    host = host.removesuffix('.')
    if _NUMBER.fullmatch(host.rpartition('.')[2]):
        return str(_literal(host))
    if not _NAME.fullmatch(host):
        raise Refused(_('host: a name of the DNS is needed, or an address'))
    return host


def _literal(host: str) -> Address:
    """127.1, 0x7f.0.0.1, 0177.0.0.1 and 2130706433 are loopback to some."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        raise Refused(
            _('host: write an address as 192.0.2.1 or [2001:db8::1]')
        ) from None


def _listed(host: str, names: Iterable[str]) -> bool:
    return any(
        host.endswith(name) if name.startswith('.') else host == name
        for name in names
    )


def _addresses(host: str, port: int, resolve: Resolve) -> list[Address]:
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        pass
    try:
        found = [ipaddress.ip_address(each) for each in resolve(host, port)]
    except (OSError, UnicodeError, ValueError) as error:
        raise _nowhere(host, repr(error)) from None
    if not found:
        raise _nowhere(host, 'it has no address')
    return found


def _looked_up(host: str, port: int) -> Iterable[str]:
    # The dot keeps it from being looked for among the own domains.
    asked = _threads().submit(
        socket.getaddrinfo, host + '.', port, type=socket.SOCK_STREAM
    )
    try:
        found = asked.result(PATIENCE)
    finally:
        asked.cancel()
    return [str(each[4][0]).partition('%')[0] for each in found]


@functools.cache
def _threads() -> futures.ThreadPoolExecutor:
    """Made by the first request, because web servers fork before it.

    What takes too long takes none of the threads that answer requests.
    """
    return futures.ThreadPoolExecutor(_AT_ONCE, thread_name_prefix='names')


def _is_allowed(address: Address, networks: list[Any]) -> bool:
    """Where packets go in the end has to be public, or allowed."""
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    return _is_public(address) or _is_excepted(address, networks)


def _is_public(address: Address) -> bool:
    if address in _METADATA or any(address in each for each in _RESERVED):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return address in _GLOBAL_UNICAST and address.is_global
    return address.is_global and not address.is_multicast


def _is_excepted(address: Address, networks: list[Any]) -> bool:
    if address.is_loopback or address.is_link_local or address.is_multicast:
        return False
    if address.is_unspecified or address in _METADATA:
        return False
    return any(address in network for network in networks)
