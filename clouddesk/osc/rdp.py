"""Files that Microsoft's Remote Desktop client opens.

The client writes UTF-16 with a byte order mark and reads it reliably in
every language, which it does not do with UTF-8; lines end in CR LF. FreeRDP
and the clients for other systems read the same.
"""

import codecs
import ipaddress
import os
import stat

from osc_lib import exceptions

from clouddesk.osc import reach
from clouddesk.osc import text
from clouddesk.osc.i18n import _

_OWNER_ONLY = 0o600

#: Settings that are the same for every desktop: name:type:value.
_SETTINGS = (
    # With the cache on disk, the pointer of the desktop and that of the
    # client drift apart.
    'bitmapcachepersistenable:i:0',
    'prompt for credentials:i:1',
    # Warn when the identity of the desktop cannot be proved.
    'authentication level:i:2',
    'enablecredsspsupport:i:1',
    'screen mode id:i:2',
    'dynamic resolution:i:1',
    'session bpp:i:32',
    'autoreconnection enabled:i:1',
    'redirectclipboard:i:1',
    'redirectprinters:i:0',
    'drivestoredirect:s:',
)


def content(
    host: str, port: int = reach.RDP, login: str | None = None
) -> bytes:
    """What is in the file.

    :param host: name or address of the desktop
    :param login: user to log in as
    :raises: CommandError when a value could smuggle in another setting
    """
    lines = ['full address:s:' + _endpoint(_safe(host), port)]
    if login:
        lines.append('username:s:' + _safe(login))
    lines += _SETTINGS
    body = ''.join(line + '\r\n' for line in lines)
    return codecs.BOM_UTF16_LE + body.encode('utf-16-le')


def write(path: str, data: bytes) -> None:
    """Write a file that only its owner can read.

    :raises: CommandError when it cannot be written
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        with open(os.open(path, flags, _OWNER_ONLY), 'wb') as stream:
            # A file that was there before keeps its old mode; /dev/null is
            # no file.
            if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                os.fchmod(stream.fileno(), _OWNER_ONLY)
            stream.write(data)
    except OSError as error:
        raise exceptions.CommandError(
            _('Cannot write %(path)s: %(reason)s')
            % {'path': text.one_line(path), 'reason': error.strerror}
        ) from error


def _endpoint(host: str, port: int) -> str:
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        version = None
    return f'[{host}]:{port}' if version == 6 else f'{host}:{port}'


def _safe(value: str) -> str:
    if text.has_control(value):
        raise exceptions.CommandError(
            _('%s holds a control character; refused for an .rdp file.')
            % text.one_line(value)
        )
    return value
