"""Which address of a desktop answers, and on which port."""

from collections.abc import Sequence
from concurrent import futures
import socket
from typing import Any

#: Seconds that an address gets to answer.
TIMEOUT = 2.0

_WORKERS = 16


def hosts(addresses: Sequence[dict[str, Any]] | None) -> list[str]:
    """Where to try, the best first: floating addresses before fixed ones."""
    ordered = sorted(
        addresses or (), key=lambda entry: entry.get('type') != 'floating'
    )
    return [entry['address'] for entry in ordered]


def first(
    candidates: Sequence[str],
    ports: Sequence[int],
    timeout: float = TIMEOUT,
) -> tuple[str, int] | None:
    """The first (host, port) that takes a TCP connection.

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


def answers(host: str, port: int, timeout: float = TIMEOUT) -> bool:
    """Whether a TCP connection can be made.

    A name is looked up first, each time: the address behind it may have
    changed, and one of several may be the one that answers.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(_connects(entry, timeout) for entry in found)


def _connects(entry: tuple[Any, ...], timeout: float) -> bool:
    family, kind, protocol, _canonical, address = entry
    try:
        with socket.socket(family, kind, protocol) as connection:
            connection.settimeout(timeout)
            connection.connect(address)
    except OSError:
        return False
    return True
