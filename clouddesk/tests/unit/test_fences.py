"""Who may import whom, read from the source itself.

A fenced room could become a repository of its own without an edit. The walk
sees every import statement, also those inside functions; the tests of a room
are outside its fence.
"""

import ast
from collections.abc import Callable
from collections.abc import Iterator
import pathlib
import sys

from oslotest import base

import clouddesk

ROOT = pathlib.Path(clouddesk.__file__).parent

#: Fenced rooms: all that they may import beside the standard library.
ONLY = {
    'sdk': ('clouddesk.sdk', 'openstack'),
    'inspection': ('clouddesk.inspection', 'oslo_utils'),
    'osc': (
        'clouddesk.osc',
        'clouddesk.sdk',
        # What an image is; it would move along.
        'clouddesk.inspection',
        # The bytes of images, and the progress bar that people know.
        'glanceclient',
        'osc_lib',
        # What osc_lib is made of: commands and columns, and the way to the
        # services, whose errors pass through.
        'cliff',
        'keystoneauth1',
    ),
    'dashboard': (
        'clouddesk.dashboard',
        'clouddesk.sdk',
        'django',
        'horizon',
        'openstack_dashboard',
    ),
    'agent': ('clouddesk.agent',),
}

#: What a room must never import, and what of that it may after all.
NEVER = {
    'api': (('clouddesk.conductor',), ('clouddesk.conductor.rpcapi',)),
    'cloud': (('clouddesk.db', 'clouddesk.api', 'clouddesk.conductor'), ()),
    'conductor': (('clouddesk.api',), ()),
    'policies': (
        (
            'clouddesk.api',
            'clouddesk.cloud',
            'clouddesk.conductor',
            'clouddesk.db',
        ),
        (),
    ),
    'db': (('clouddesk.api', 'clouddesk.cloud', 'clouddesk.conductor'), ()),
    # A driver is handed what it works on; who asked, or where that is kept,
    # it does not know.
    'drivers': (
        (
            'clouddesk.api',
            'clouddesk.cloud',
            'clouddesk.conductor',
            'clouddesk.db',
        ),
        (),
    ),
}

#: What talks to OpenStack services, and the rooms that may use it.
CLOUD_LIBRARIES = ('openstack', 'novaclient', 'glanceclient')
CLOUD_USERS = ('cloud', 'sdk')
#: Beside them, the one library that a room needs for the bytes of images.
BUT = {'osc': ('glanceclient',)}


def _rooms() -> list[str]:
    return sorted(
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and path.name not in ('tests', '__pycache__')
    )


def _files(*rooms: str) -> list[pathlib.Path]:
    return sorted(
        path for room in rooms for path in (ROOT / room).rglob('*.py')
    )


def _imports(source: str, package: list[str]) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that a module imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) + 1 - node.level]
            origin = (start if node.level else []) + [node.module or '']
            for alias in node.names:
                parts = filter(None, [*origin, alias.name])
                yield node.lineno, '.'.join(parts)


def _inside(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == p or name.startswith(p + '.') for p in prefixes)


def _breaches(
    paths: list[pathlib.Path], allowed: Callable[[str], bool]
) -> list[str]:
    found = []
    for path in paths:
        place = path.relative_to(ROOT)
        package = ['clouddesk', *place.parent.parts]
        for line, name in _imports(path.read_text(), package):
            if not allowed(name):
                found.append('%s:%d imports %s' % (place, line, name))
    return found


class FencesTest(base.BaseTestCase):
    def test_fenced_rooms_stay_inside_their_fence(self):
        for room, prefixes in ONLY.items():
            allowed = (*sys.stdlib_module_names, *prefixes)
            breaches = _breaches(
                _files(room), lambda name, a=allowed: _inside(name, a)
            )
            self.assertEqual([], breaches)

    def test_rooms_leave_alone_what_is_not_theirs(self):
        for room, (barred, but) in NEVER.items():
            breaches = _breaches(
                _files(room),
                lambda name, barred=barred, but=but: (
                    not _inside(name, barred) or _inside(name, but)
                ),
            )
            self.assertEqual([], breaches)

    def test_only_the_cloud_room_talks_to_openstack(self):
        for room in set(_rooms()) - set(CLOUD_USERS):
            but = BUT.get(room, ())
            breaches = _breaches(
                _files(room),
                lambda name, but=but: (
                    not _inside(name, CLOUD_LIBRARIES) or _inside(name, but)
                ),
            )
            self.assertEqual([], breaches)
        breaches = _breaches(
            sorted(ROOT.glob('*.py')),
            lambda name: not _inside(name, CLOUD_LIBRARIES),
        )
        self.assertEqual([], breaches)

    def test_no_code_imports_the_tests(self):
        breaches = _breaches(
            _files(*_rooms()),
            lambda name: not _inside(name, ('clouddesk.tests',)),
        )
        self.assertEqual([], breaches)

    def test_the_walk_sees_every_way_to_import(self):
        source = (
            'import os.path\n'
            'from clouddesk import conductor\n'
            'def f():\n'
            '    from ..schemas import desktops as d\n'
            '    from . import root\n'
        )
        self.assertEqual(
            [
                (1, 'os.path'),
                (2, 'clouddesk.conductor'),
                (4, 'clouddesk.api.schemas.desktops'),
                (5, 'clouddesk.api.controllers.root'),
            ],
            sorted(_imports(source, ['clouddesk', 'api', 'controllers'])),
        )
