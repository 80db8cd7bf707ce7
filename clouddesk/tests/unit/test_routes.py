"""Every route has all that belongs to a route, or this tells what it lacks.

The rules of its schemas are in :mod:`clouddesk.tests.unit.api.test_exposure`.
"""

import collections
from collections.abc import Iterator
import json
import pathlib
import re
from typing import Any

from oslotest import base

import clouddesk
from clouddesk import policies
from clouddesk.api import exposure
from clouddesk.api import openapi_names as names
from clouddesk.api import validation
from clouddesk.api.controllers import root
from clouddesk.sdk.v1 import _proxy

DOC = pathlib.Path(clouddesk.__file__).parents[1] / 'doc'

#: What the SDK calls a route, where the name does not follow from the path.
#: None: programs have no use for it.
SDK_NAMES = {
    'GET /': None,
    'GET /v1': None,
    'GET /v1/openapi.json': None,
    'GET /v1/checks': 'checks',
    'GET /v1/differences': 'differences',
    'GET /v1/desktops/export': 'export_desktops',
    'GET /v1/images/export': 'export_images',
    'POST /v1/images/{image_id}/actions/respond': 'respond_to_image',
    'POST /v1/pools/{pool_id}/actions/take': 'take_desktop',
    'GET /v1/images/{image_id}/imports': 'image_imports',
    'GET /v1/templates/{template_id}/revisions': 'template_revisions',
    'POST /v1/desktops/{desktop_id}/actions/console': 'get_desktop_console',
    'POST /v1/desktops/{desktop_id}/actions/login': 'get_desktop_login',
    # DELETE does the same.
    'POST /v1/desktops/{desktop_id}/actions/delete': 'delete_desktop',
}

#: Described by a specification of its own.
ELSEWHERE = ('GET /v1/openapi.json',)

_METHOD = re.compile(r'^\.\. rest_method:: (\w+) (\S+)$', re.MULTILINE)
_HEADING = re.compile(r'^(Request|Response)\n~+$', re.MULTILINE)
_SAMPLE = re.compile(r'api_samples/(\S+\.json)')
_FIELD = re.compile(r'^   - (\S+): \w+$', re.MULTILINE)


class _Section:
    """What the reference says about a route, or about some that are alike."""

    def __init__(self, text: str) -> None:
        parts = _HEADING.split(text)
        told = dict(zip(parts[1::2], parts[2::2], strict=True))
        self.text = text
        self.request = told.get('Request', '')
        self.response = told.get('Response', '')
        #: Those that it is about.
        self.looks: list[_Look] = []


def _sections() -> dict[tuple[str, str], _Section]:
    """The sections by method and path, which may end in ``{action}``."""
    found = {}
    for path in sorted((DOC / 'api-ref' / 'source').glob('*.inc')):
        parts = _METHOD.split(path.read_text())
        for method, url, text in zip(
            parts[1::3], parts[2::3], parts[3::3], strict=True
        ):
            found[method, url.rstrip('/') or '/'] = _Section(text)
    return found


class _Look:
    """One route, and what is known of it elsewhere."""

    def __init__(self, method: str, path: str, function: Any) -> None:
        self.name = '%s %s' % (method, path)
        self.method = method
        self.path = path
        self.route = function.route
        self.section: _Section | None = None

    def find(self, sections: dict[tuple[str, str], _Section]) -> None:
        """Find its section, or the one of several actions that names it."""
        nouns, _actions, action = self.path.partition('/actions/')
        own = sections.get((self.method, self.path))
        shared = sections.get((self.method, nouns + '/actions/{action}'))
        if shared and '``%s``' % action not in shared.text:
            shared = None
        self.section = own or shared
        if self.section:
            self.section.looks.append(self)

    def lacks(self, told: dict[int, set[str]]) -> Iterator[str]:
        """:param told: fields of answers, by the schema that has them"""
        yield from self._schemas()
        yield from self._policy()
        yield from self._client()
        if self.section is None:
            yield 'an entry in doc/api-ref/source'
        elif self.name not in ELSEWHERE:
            yield from self._fields(self.section, told)
            yield from self._samples(self.section)

    def _schemas(self) -> Iterator[str]:
        if not self.route.query:
            yield '@validation.query'
        if not self.route.response:
            yield '@validation.response'
        if not self.route.body and self.method in ('POST', 'PUT', 'PATCH'):
            yield '@validation.body'

    def _policy(self) -> Iterator[str]:
        if self.route.rule == exposure.PUBLIC:
            return
        operations = {
            (rule.name, each['method'], each['path'])
            for rule in policies.list_rules()
            for each in getattr(rule, 'operations', ())
        }
        if (self.route.rule, self.method, self.path) not in operations:
            yield 'its place in the operations of rule %s' % self.route.rule

    def _client(self) -> Iterator[str]:
        plain = names.operation(self.method, self.path, self.route)
        name = SDK_NAMES.get(self.name, plain.removeprefix('list_'))
        if name and not hasattr(_proxy.Proxy, name):
            yield '%s() in the proxy of the SDK' % name

    def _fields(
        self, section: _Section, told: dict[int, set[str]]
    ) -> Iterator[str]:
        known = set(_FIELD.findall(section.request))
        for check in (*self.route.query, *self.route.body):
            for name in sorted(_properties(check) - known):
                yield 'request field %s in the reference' % name
        for check in self.route.response:
            for name in sorted(_properties(check) - told[id(check.schema)]):
                yield 'answer field %s in the reference' % name

    def _samples(self, section: _Section) -> Iterator[str]:
        alike = [look.route for look in section.looks]
        for part, checks in (
            ('request', [c for route in alike for c in route.body]),
            ('response', [c for route in alike for c in route.response]),
        ):
            checks = [check for check in checks if _properties(check)]
            samples = _SAMPLE.findall(getattr(section, part))
            if checks and not samples:
                yield 'a sample of the ' + part
            for name in samples:
                if not any(_fits(name, check) for check in checks):
                    yield 'a %s in %s that fits its schema' % (part, name)


def _properties(check: validation.Check) -> set[str]:
    return set(check.schema.get('properties', ()))


def _fits(name: str, check: validation.Check) -> bool:
    sample = json.loads((DOC / 'api_samples' / name).read_text())
    return check.first_error(sample) is None


def _of_introductions() -> set[str]:
    """Fields that stand before the first route of a file."""
    return {
        field
        for path in (DOC / 'api-ref' / 'source').glob('*.inc')
        for field in _FIELD.findall(_METHOD.split(path.read_text())[0])
    }


def _looks() -> list[_Look]:
    sections = _sections()
    looks = [_Look(*found) for found in exposure.walk(root.Root())]
    for look in looks:
        look.find(sections)
    return looks


def _told(looks: list[_Look]) -> dict[int, set[str]]:
    """Fields that some section tells, by the schema that they are in.

    An object that several routes answer with needs to be told once, also
    before the first of them.
    """
    told: dict[int, set[str]] = collections.defaultdict(_of_introductions)
    for look in looks:
        if look.section:
            for check in look.route.response:
                found = _FIELD.findall(look.section.response)
                told[id(check.schema)].update(found)
    return told


class RoutesTest(base.BaseTestCase):
    def test_every_route_has_what_a_route_needs(self):
        if not DOC.is_dir():
            self.skipTest('the reference is only in the source')
        looks = _looks()
        told = _told(looks)
        lacking = [
            '%s lacks %s' % (look.name, what)
            for look in looks
            for what in look.lacks(told)
        ]
        self.assertEqual('', '\n'.join(lacking))

    def test_exceptions_are_routes(self):
        known = {'%s %s' % (m, p) for m, p, _f in exposure.walk(root.Root())}
        self.assertLessEqual({*SDK_NAMES, *ELSEWHERE}, known)
