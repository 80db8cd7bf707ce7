"""Sends requests and takes the time, with as little work as possible.

The servers under load run on the same machine. A client of the standard
library would cost more than some of their answers, so requests are prepared
once and sent as they are, each over a connection of its own.
"""

from collections.abc import Mapping
import dataclasses
import socket
import statistics
import threading
import time
from urllib import parse

_PIECE = 1 << 18


@dataclasses.dataclass(frozen=True)
class Request:
    """A request that can be sent again and again."""

    host: str
    port: int
    raw: bytes

    @classmethod
    def get(cls, url: str, headers: Mapping[str, str]) -> 'Request':
        parts = parse.urlsplit(url)
        target = parts.path + ('?' + parts.query if parts.query else '')
        lines = [
            'GET %s HTTP/1.1' % target,
            'Host: %s' % parts.netloc,
            'Connection: close',
            *('%s: %s' % pair for pair in headers.items()),
        ]
        raw = '\r\n'.join([*lines, '', '']).encode()
        return cls(str(parts.hostname), int(parts.port or 80), raw)

    def body(self) -> bytes:
        """Send it and read all of the answer.

        :raises RuntimeError: the answer is not 200
        """
        with socket.create_connection((self.host, self.port)) as connection:
            connection.sendall(self.raw)
            pieces = []
            while piece := connection.recv(_PIECE):
                pieces.append(piece)
        answer = b''.join(pieces)
        head, _gap, body = answer.partition(b'\r\n\r\n')
        if head.split(b' ', 2)[1:2] != [b'200']:
            raise RuntimeError(answer[:1000].decode(errors='replace'))
        return body


@dataclasses.dataclass
class Times:
    """How long each of some requests took, in seconds."""

    seconds: list[float] = dataclasses.field(default_factory=list)

    def take(self, request: Request) -> bytes:
        began = time.perf_counter()
        body = request.body()
        self.seconds.append(time.perf_counter() - began)
        return body

    @property
    def rate(self) -> float:
        """Requests per second of one client that never rests."""
        return 1 / self.median

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1]


def in_turns(
    requests: Mapping[str, Request], rounds: int, warm: int = 4
) -> dict[str, Times]:
    """One client sends each request once, again and again.

    What else the machine does meets all of them alike.

    :param warm: rounds before the ones that count
    """
    found = {name: Times() for name in requests}
    for number in range(-warm, rounds):
        for name, request in requests.items():
            if number < 0:
                request.body()
            else:
                found[name].take(request)
    return found


def at_once(request: Request, clients: int, seconds: float) -> Times:
    """Clients that never rest send a request side by side.

    :returns: the times of all of them
    """
    each = [Times() for _client in range(clients)]
    failures: list[Exception] = []
    end = time.perf_counter() + seconds

    def work(times: Times) -> None:
        try:
            while time.perf_counter() < end:
                times.take(request)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return Times([one for times in each for one in times.seconds])
