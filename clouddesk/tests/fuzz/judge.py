"""Sends edges to a clouddesk and says whether it answered well."""

import collections
from collections.abc import Callable
from collections.abc import Iterator
import dataclasses
import json
import re
from typing import Any
from urllib import parse

import requests

from clouddesk.api import exposure
from clouddesk.api import validation
from clouddesk.api.controllers import root
from clouddesk.tests.fuzz import edges
from clouddesk.tests.fuzz import target as targets

#: Seconds after which an answer counts as a hang.
_HANG = 100
_ID = re.compile(r'\{(\w+)\}')
_NO_ID = '00000000-0000-0000-0000-000000000000'
#: What clients get who ask for too much, or for what is not so.
_REFUSALS = (400, 403, 404, 409, 413)
#: Bytes of a query. With a longer one the request is beyond ``buffer-size`` of
#: etc/clouddesk/uwsgi.ini, and uWSGI hangs up before clouddesk knows of it.
_MOST = 60_000


@dataclasses.dataclass(frozen=True, repr=False)
class Place:
    """A body or a query of one route."""

    method: str
    path: str
    where: str
    schema: edges.Schema

    def __repr__(self) -> str:
        return '%s %s %s' % (self.method, self.path, self.where)

    @property
    def asks_conductor(self) -> bool:
        """Whether another program has to answer."""
        noun = self.path.strip('/').split('/')[1:2]
        return noun in (['checks'], ['differences'])

    def edges(self) -> Iterator[edges.Edge]:
        if self.where == 'body':
            return edges.of(self.schema)
        # A query is always an object of texts.
        return (
            each
            for each in edges.of(self.schema)
            if each.path and len(_query(each)) <= _MOST
        )


def places() -> list[Place]:
    """Of all routes."""
    return [
        Place(method, path, where, check.schema)
        for method, path, function in exposure.walk(root.Root())
        for where in ('body', 'query')
        for check in getattr(function.route, where)
    ]


class Judge:
    """Sends, compares the answer with the schema, and counts.

    :param rows: how many rows there are, when that can be known
    """

    def __init__(
        self, target: targets.Target, rows: Callable[[], Any] = lambda: None
    ) -> None:
        self._target = target
        self._rows = rows
        self._session = requests.Session()
        self._session.headers['X-Auth-Token'] = target.token
        targets.be_patient(self._session)
        self.statuses: collections.Counter[int] = collections.Counter()
        self.complaints: list[str] = []

    def try_(self, place: Place, edge: edges.Edge) -> None:
        """One edge at its place; keeps what is wrong with the answer."""
        before = self._rows()
        status, answer = self._send(place, edge)
        self.statuses[status] += 1
        wrong = ''.join(
            [
                _status(place, edge, status),
                _error(place, edge, status, answer),
                '' if status < 400 or self._rows() == before else 'rows ',
            ]
        )
        if wrong:
            self.complaints.append(
                '%s at %s, %s %s: %s %s'
                % (wrong, place, edge.path, edge.what, status, answer)
            )

    def send_bytes(self, place: Place, body: bytes) -> requests.Response:
        """A body as it is."""
        return self._session.request(
            place.method,
            self._target.url + self._path(place),
            data=body,
            headers={'Content-Type': 'application/json'},
            timeout=_HANG,
        )

    def _send(self, place: Place, edge: edges.Edge) -> tuple[int, Any]:
        if place.where == 'query':
            answer = self._session.request(
                place.method,
                self._target.url + self._path(place) + '?' + _query(edge),
                timeout=_HANG,
            )
        else:
            answer = self.send_bytes(place, self._body(place, edge))
        kind = answer.headers.get('Content-Type', '')
        return (
            answer.status_code,
            answer.json() if kind.startswith('application/json') else None,
        )

    def _body(self, place: Place, edge: edges.Edge) -> bytes:
        return edges.encode(edge.put_into(self.good(place)))

    def good(self, place: Place) -> Any:
        """A body that could be accepted."""
        known = {
            key.removeprefix('body.'): values[0]
            for key, values in self._target.known.items()
            if key.startswith('body.')
        }
        fields = place.schema.get('properties', {})
        known = {key: known[key] for key in known if key in fields}
        return edges.sample(place.schema, known)

    def _path(self, place: Place) -> str:
        ends = place.method == 'DELETE' or place.path.endswith('/delete')
        return _ID.sub(
            lambda match: (
                _NO_ID
                if ends
                else self._target.known['path.' + match.group(1)][0]
            ),
            place.path,
        )


def _query(edge: edges.Edge) -> str:
    (name, *_rest) = edge.path
    text = _as_text(edge.value)
    if text is None:
        return ''
    return '%s=%s' % (
        parse.quote(str(name), errors='surrogatepass'),
        parse.quote(text, errors='surrogatepass'),
    )


def _as_text(value: Any) -> str | None:
    if value is edges.ABSENT:
        return None
    if isinstance(value, edges.Raw):
        return value.text
    if isinstance(value, list):
        return ','.join(str(_as_text(each)) for each in value)
    return value if isinstance(value, str) else json.dumps(value)


def _status(place: Place, edge: edges.Edge, status: int) -> str:
    if status >= 500:
        return 'failed '
    if place.where == 'query' or status in _REFUSALS:
        return ''
    return '' if _good(place, edge) else 'accepted '


def _good(place: Place, edge: edges.Edge) -> bool:
    """Whether the edge itself is within the schema of its place."""
    schema = place.schema
    for step in edge.path:
        schema = _below(schema, step)
        if schema is False:
            return False
    if edge.value is edges.ABSENT:
        return True
    try:
        value = json.loads(edges.encode(edge.value), parse_constant=_refuse)
    except ValueError:
        return False
    return validation._Validator(schema).is_valid(value)


def _below(schema: edges.Schema, step: str | int) -> Any:
    """The schema of an entry or a field; False when there may be none."""
    if isinstance(step, int):
        return schema['items']
    names = schema.get('propertyNames', {})
    if not validation._Validator(names).is_valid(step):
        return False
    rest = schema.get('additionalProperties', False)
    return schema.get('properties', {}).get(step, rest)


def _refuse(name: str) -> None:
    raise ValueError(name)


def _error(place: Place, edge: edges.Edge, status: int, answer: Any) -> str:
    """What is missing in a refusal."""
    if status != 400:
        return ''
    details = answer['error']['details']
    if not answer['error']['message'] or not details.get('field'):
        return 'does not tell the field '
    if edge.what.startswith(('maximum +1', 'minimum -1')):
        return '' if 'limit' in details else 'does not tell the limit '
    return ''
