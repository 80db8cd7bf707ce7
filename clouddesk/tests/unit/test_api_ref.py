"""The API reference and its samples agree with the API."""

import itertools
import json
import pathlib
import re

import jsonschema
from oslotest import base

import clouddesk
from clouddesk.api import exposure
from clouddesk.api.controllers import root
from clouddesk.api.schemas import checks
from clouddesk.api.schemas import courses
from clouddesk.api.schemas import desktops
from clouddesk.api.schemas import differences
from clouddesk.api.schemas import events
from clouddesk.api.schemas import image_builds
from clouddesk.api.schemas import image_import
from clouddesk.api.schemas import image_logins
from clouddesk.api.schemas import images
from clouddesk.api.schemas import limits
from clouddesk.api.schemas import pools
from clouddesk.api.schemas import templates
from clouddesk.api.schemas import versions
from clouddesk.api.schemas import work_orders

DOC = pathlib.Path(clouddesk.__file__).parents[1] / 'doc'
SAMPLES = DOC / 'api_samples'

_METHOD = re.compile(r'^\.\. rest_method:: (\w+) (\S+)$', re.MULTILINE)
_SAMPLE = re.compile(r'api_samples/(\S+)\.json')

#: What ``{action}`` stands for in the reference.
ACTIONS = {
    'desktops': ('start', 'stop', 'reboot', 'retry', 'rebuild', 'delete'),
    'images': ('delete', 'retire'),
    'work-orders': ('retry', 'pause', 'resume', 'cancel'),
}

SCHEMAS = {
    'capabilities': limits.CAPABILITIES,
    'checks': checks.CHECKS,
    'console': desktops.CONSOLE,
    'console-create': desktops.OPEN_CONSOLE,
    'course': courses.COURSE,
    'course-create': courses.CREATE,
    'course-set': courses.UPDATE,
    'courses': courses.PAGE,
    'desktop': desktops.DESKTOP,
    'desktop-action': desktops.action('reboot'),
    'desktop-assign': desktops.ASSIGN,
    'desktop-create-image': image_builds.CAPTURE,
    'desktop-create': desktops.CREATE,
    'desktop-lock': desktops.flag('lock'),
    'desktop-login': image_logins.HANDED,
    'desktop-login-show': image_logins.ASKED,
    'desktop-migrate': desktops.MIGRATE,
    'desktop-set': desktops.UPDATE,
    'desktops': desktops.PAGE,
    'desktops-action': desktops.batch('reboot'),
    'desktops-changed': desktops.DESKTOPS,
    'desktops-lock': desktops.flags('lock'),
    'desktops-unlock': desktops.flags('unlock'),
    'events': events.PAGE,
    'image': images.IMAGE,
    'image-build': image_builds.IMAGE_BUILD,
    'image-build-create': image_builds.CREATE,
    'image-build-finish': image_builds.FINISH,
    'image-build-set': image_builds.UPDATE,
    'image-builds': image_builds.PAGE,
    'image-check': image_import.CHECKED,
    'image-create': image_import.CREATE,
    'image-created': images.IMAGE,
    'image-import': image_import.IMPORT,
    'image-importing': images.IMAGE,
    'image-imports': image_import.IMPORTS,
    'image-login': image_logins.SHOWN,
    'image-login-set': image_logins.SET,
    'image-respond': images.RESPOND,
    'image-set': images.UPDATE,
    'images-action': images.BATCH,
    'image-usage': images.USAGE,
    'images': images.PAGE,
    'limits': limits.LIMITS,
    'differences': differences.PAGE,
    'differences-repair': differences.REPAIR,
    'differences-repaired': differences.REPAIRED,
    'pool': pools.POOL,
    'pool-create': pools.CREATE,
    'pool-members': pools.MEMBERS,
    'pool-resize': pools.RESIZE,
    'pool-set': pools.UPDATE,
    'pools': pools.PAGE,
    'preview': limits.PREVIEW,
    'template': templates.TEMPLATE,
    'template-create': templates.CREATE,
    'template-revisions': templates.REVISIONS,
    'template-set': templates.UPDATE,
    'templates': templates.PAGE,
    'version': versions.VERSION,
    'versions': versions.VERSIONS,
    'work-order-desktop-create': work_orders.WORK_ORDER,
    'work-order-desktop-delete': work_orders.WORK_ORDER,
    'work-order-desktop-migrate': work_orders.WORK_ORDER,
    'work-order-desktop-reboot': work_orders.WORK_ORDER,
    'work-order-desktop-rebuild': work_orders.WORK_ORDER,
    'work-order-image-capture': work_orders.WORK_ORDER,
    'work-order-image-delete': work_orders.WORK_ORDER,
    'work-order-image-discard': work_orders.WORK_ORDER,
    'work-order-image-generate': work_orders.WORK_ORDER,
    'work-order-image-prepare': work_orders.WORK_ORDER,
    'work-order-image-retire': work_orders.WORK_ORDER,
    'work-order-pool-create': work_orders.WORK_ORDER,
    'work-order-pool-delete': work_orders.WORK_ORDER,
    'work-order-pool-resize': work_orders.WORK_ORDER,
    'work-order-pool-retry': work_orders.WORK_ORDER,
    'work-orders': work_orders.PAGE,
    'work-orders-acted': work_orders.WORK_ORDERS,
    'work-orders-action': work_orders.BATCH,
}


def _reference() -> str:
    files = (DOC / 'api-ref' / 'source').iterdir()
    return '\n'.join(
        path.read_text() for path in files if path.suffix in ('.inc', '.rst')
    )


def _spelled_out(path: str) -> list[str]:
    """The paths that stand behind one with ``{action}``."""
    noun = path.split('/')[2] if '{action}' in path else None
    return [
        path.replace('{action}', action) for action in ACTIONS.get(noun, [''])
    ]


class ApiReferenceTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        if not DOC.is_dir():
            self.skipTest('the reference is only in the source')
        self.reference = _reference()

    def test_every_route_is_described_and_every_description_has_a_route(self):
        described = {
            (method, each.rstrip('/') or '/')
            for method, path in _METHOD.findall(self.reference)
            for each in _spelled_out(path)
        }
        routes = {
            (method, path)
            for method, path, _function in exposure.walk(root.Root())
        }
        self.assertEqual(routes, described)

    def test_every_sample_is_shown(self):
        files = {path.stem for path in SAMPLES.glob('*.json')}
        self.assertEqual(files, set(_SAMPLE.findall(self.reference)))

    def test_every_sample_is_what_the_api_takes_or_gives(self):
        files = {path.stem for path in SAMPLES.glob('*.json')}
        self.assertEqual(files, set(SCHEMAS) | {'error'})
        for name, schema in SCHEMAS.items():
            sample = json.loads((SAMPLES / ('%s.json' % name)).read_text())
            jsonschema.Draft202012Validator(schema).validate(sample)

    def test_parameters_are_used(self):
        source = (DOC / 'api-ref' / 'source' / 'parameters.yaml').read_text()
        keys = re.findall(r'^(\w+):$', source, re.MULTILINE)
        used = re.findall(r'^   - \S+: (\w+)$', self.reference, re.MULTILINE)
        self.assertEqual(set(keys), set(itertools.chain(used)))
