"""Which address of a desktop answers, and on which port.

A connection alone proves little: a gateway or a proxy on the way may take it
in place of a desktop that is not there. So the other side has to speak.
"""

from collections.abc import Sequence
from concurrent import futures
import ipaddress
import socket
from typing import Any

SSH = 22
RDP = 3389

#: Seconds that an address gets to answer.
TIMEOUT = 2.0

# The connection request that every RDP client begins with: a TPKT header, an
# X.224 request, and the wish to negotiate TLS or CredSSP ([MS-RDPBCGR]
# 2.2.1.1).
_RDP_REQUEST = bytes.fromhex('0300 0013 0e e0 0000 0000 00 01000800 03000000')
#: Port → what we say first, and how the answer begins.
_GREETINGS = {SSH: (b'', b'SSH-'), RDP: (_RDP_REQUEST, b'\x03\x00')}

_WORKERS = 16


def hosts(addresses: Sequence[dict[str, Any]] | None) -> list[str]:
    """Where to try, the best first: floating addresses before fixed ones.

    What is no address is left out: it becomes an argument of other programs.
    """
    ordered = sorted(
        addresses or (), key=lambda entry: entry.get('type') != 'floating'
    )
    return [
        entry['address'] for entry in ordered if _is_address(entry['address'])
    ]


def first(
    candidates: Sequence[str],
    ports: Sequence[int],
    timeout: float = TIMEOUT,
) -> tuple[str, int] | None:
    """The first (host, port) where somebody answers.

    All are tried at the same time; a port that stands earlier wins over a
    host that stands earlier.

    :param timeout: seconds that each address gets
    """
    pairs = [(host, port) for port in ports for host in candidates]
    if not pairs:
        return None
    with futures.ThreadPoolExecutor(min(_WORKERS, len(pairs))) as pool:
        tries = [pool.submit(answers, *pair, timeout) for pair in pairs]
        verdicts = [attempt.result() for attempt in tries]
    return next(
        (pair for pair, open_ in zip(pairs, verdicts, strict=True) if open_),
        None,
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return '%' not in text


def answers(host: str, port: int, timeout: float = TIMEOUT) -> bool:
    """Whether a server is there that speaks what its port promises.

    A name is looked up first, each time: the address behind it may have
    changed, and one of several may be the one that answers.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return False
    greeting = _GREETINGS.get(port, (b'', b''))
    return any(_speaks(entry, *greeting, timeout) for entry in found)


def _speaks(
    entry: tuple[Any, ...], hello: bytes, expected: bytes, timeout: float
) -> bool:
    family, kind, protocol, _canonical, address = entry
    try:
        with socket.socket(family, kind, protocol) as connection:
            connection.settimeout(timeout)
            connection.connect(address)
            connection.sendall(hello)
            return connection.recv(len(expected)) == expected
    except OSError:
        return False
