"""HTTP as no library would send it, over a plain socket."""

import contextlib
import dataclasses
from http import client
import json
import socket
from typing import Any
from urllib import parse

#: Seconds after which an answer counts as a hang.
_HANG = 60
_LIMIT = 114688

Headers = dict[str, str]


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back.

    :ivar status: None when the server hung up without an answer
    """

    status: int | None
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One server.

    :param url: of the API
    """

    def __init__(self, url: str) -> None:
        parts = parse.urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._host = parts.netloc

    def open(self, data: bytes = b'') -> socket.socket:
        """A connection on which something was said already."""
        connection = socket.create_connection(self._address, timeout=_HANG)
        connection.sendall(data)
        return connection

    def send(self, data: bytes) -> Answer:
        """The answer to something that is all that is said."""
        with self.open() as connection:
            # The server may hang up, or answer, before it has heard it all.
            with contextlib.suppress(OSError):
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            return _read(connection, data.partition(b' ')[0].decode('latin-1'))

    def count(self, data: bytes) -> int:
        """How many answers come: one request must not hide another."""
        with self.open() as connection:
            with contextlib.suppress(OSError):
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            return _read_all(connection).count(b'HTTP/1.')

    def ask(
        self,
        method: str,
        target: str,
        headers: Headers | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """An orderly request, but with any target and any headers."""
        return self.send(self.request(method, target, headers, body))

    def request(
        self,
        method: str,
        target: str,
        headers: Headers | None = None,
        body: bytes | None = None,
    ) -> bytes:
        """Its bytes; texts are sent as Latin-1."""
        lines = ['%s %s HTTP/1.1' % (method, target)]
        all_ = {'Host': self._host, 'Connection': 'close'} | (headers or {})
        if body is not None and 'Transfer-Encoding' not in all_:
            all_ = {'Content-Length': str(len(body))} | all_
        lines += ['%s: %s' % each for each in all_.items()]
        head = '\r\n'.join([*lines, '', '']).encode('latin-1')
        return head + (body or b'')


def _read(connection: socket.socket, method: str) -> Answer:
    answer = client.HTTPResponse(connection, method=method)
    try:
        answer.begin()
        return Answer(answer.status, answer.headers, answer.read())
    except (client.HTTPException, ConnectionError):
        return Answer(None, {}, b'')


def _read_all(connection: socket.socket) -> bytes:
    data = b''
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            data += piece
    return data


# -- bodies whose length is not what it seems --------------------------------


def lengths(wire: Wire, token: str) -> dict[str, bytes]:
    """Requests by what is wrong with the length of their bodies."""
    body = b'{"name": "wire"}'

    def post(headers: Headers, sent: bytes) -> bytes:
        told = {
            'X-Auth-Token': token,
            'Content-Type': 'application/json',
            **headers,
        }
        if 'Transfer-Encoding' not in told:
            told.setdefault('Content-Length', str(len(sent)))
        return wire.request('POST', '/v1/desktops', told, None) + sent

    chunked = {'Transfer-Encoding': 'chunked'}
    whole = b'10\r\n%s\r\n0\r\n\r\n' % body
    return {
        'more told than sent': post({'Content-Length': '500'}, body),
        'less told than sent': post({'Content-Length': '2'}, body),
        'a negative length': post({'Content-Length': '-1'}, body),
        'no number': post({'Content-Length': 'abc'}, body),
        'a sign': post({'Content-Length': '+16'}, body),
        'an underscore': post({'Content-Length': '1_6'}, body),
        'two lengths': post({'Content-Length': '16, 2'}, body),
        'a huge length': post({'Content-Length': '9' * 18}, body),
        'a longer length': post({'Content-Length': '9' * 40}, body),
        'too long': post({}, b'"' + b'a' * _LIMIT + b'"'),
        'chunks': post(chunked, whole),
        'chunks without end': post(chunked, b'10\r\n%s\r\n' % body),
        'half a chunk': post(chunked, b'ff\r\n' + body),
        'chunks of no size': post(chunked, b'zz\r\n' + body),
        'chunks of negative size': post(chunked, b'-10\r\n' + whole),
        'chunks of huge size': post(chunked, b'f' * 16 + b'\r\n' + whole),
        'chunks with a prefix': post(chunked, b'0x10' + whole[2:]),
        'chunks with extensions': post(chunked, b'10;a=b' + whole[2:]),
        'chunks without breaks': post(chunked, b'10' + body + b'00'),
        'chunks with a trailer': post(
            chunked, whole[:-2] + b'X-Roles: admin\r\n\r\n'
        ),
        'too many chunks': post(
            chunked, (b'400\r\n%s\r\n' % (b'a' * 1024)) * 200 + b'0\r\n\r\n'
        ),
        'another encoding': post({'Transfer-Encoding': 'gzip'}, body),
        'no encoding': post({'Transfer-Encoding': 'identity'}, body),
        'nearly chunked': post({'Transfer-Encoding': 'xchunked'}, whole),
        'twice chunked': post(
            {'Transfer-Encoding': 'chunked, chunked'}, whole
        ),
    }


def smuggled(wire: Wire, token: str) -> dict[str, bytes]:
    """Requests in which another one hides, by how."""
    hidden = wire.request('GET', '/v1', {})
    told = {'X-Auth-Token': token, 'Content-Type': 'application/json'}

    def post(headers: Headers, sent: bytes) -> bytes:
        headers = told | headers
        return wire.request('POST', '/v1/desktops', headers, None) + sent

    chunks = b'0\r\n\r\n' + hidden
    both = {'Content-Length': '4', 'Transfer-Encoding': 'chunked'}
    return {
        'behind a body': post({'Content-Length': '2'}, b'{}' + hidden),
        'behind chunks': post({'Transfer-Encoding': 'chunked'}, chunks),
        'length and chunks': post(both, chunks),
        'chunks that are none': post(
            {'Content-Length': '4', 'Transfer-Encoding': 'xchunked'}, chunks
        ),
        'a blank before the colon': post(
            {'Content-Length': '4', 'Transfer-Encoding ': 'chunked'}, chunks
        ),
        'a length in a name': post(
            {'Content-Length': '2', 'Content_Length': '900'}, b'{}' + hidden
        ),
    }


def broken(wire: Wire) -> dict[str, bytes]:
    """What is hardly HTTP."""
    host = b'Host: x\r\n'
    end = b'\r\n\r\n'
    return {
        'nothing': b'',
        'TLS': b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + b'\x00' * 64,
        'noise': bytes(range(256)) * 4,
        'no version': b'GET /v1\r\n\r\n',
        'HTTP/9.9': b'GET /v1 HTTP/9.9\r\n' + host + b'\r\n',
        'no host': b'GET /v1 HTTP/1.1' + end,
        'line feeds only': b'GET /v1 HTTP/1.1\nHost: x\n\n',
        'a header without a colon': b'GET /v1 HTTP/1.1\r\nabc' + end,
        'a folded header': b'GET /v1 HTTP/1.1\r\nHost: x\r\n y' + end,
        'NUL in a header': b'GET /v1 HTTP/1.1\r\nHost: x\r\nA: \x00' + end,
        'a star': b'GET * HTTP/1.1\r\n' + host + b'\r\n',
        'a whole URL': b'GET http://x/v1 HTTP/1.1\r\n' + host + b'\r\n',
        'another host': b'CONNECT x:80 HTTP/1.1\r\n' + host + b'\r\n',
        'many headers': b'GET /v1 HTTP/1.1\r\n'
        + b''.join(b'X-A%d: b\r\n' % number for number in range(2000))
        + b'\r\n',
        'a long header': b'GET /v1 HTTP/1.1\r\nA: ' + b'a' * 10**6 + end,
        'a long path': b'GET /' + b'a' * 10**6 + b' HTTP/1.1' + end,
        'half a request': b'GET /v1 HTTP/1.1\r\nHost:',
    }
