"""Messages that no clouddesk would send, on the bus of the conductors."""

import itertools

import oslo_messaging as messaging

from clouddesk import rpc
from clouddesk.conductor import rpcapi
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base

_NO_ID = '00000000-0000-0000-0000-000000000000'
_VALUES = (
    None,
    True,
    0,
    -1,
    1.5,
    10**40,
    '',
    'x' * 100_000,
    'a\x00b',
    '\u202e',
    "' OR 1=1",
    _NO_ID,
    [],
    [None],
    [_NO_ID],
    {},
    {'id': _NO_ID},
)
_ARGUMENTS = {
    'run_order': ('order_id',),
    'look_at': ('desktop_id',),
    'checks': ('project_id',),
    'differences': ('project_id',),
    'repair': ('project_id', 'ids'),
}
_UNKNOWN = (
    '',
    'nothing',
    '_manager',
    '__init__',
    '__class__',
    'target',
    'run_order.__call__',
    'x' * 10_000,
)


class MessagesTest(base.FunctionalTestCase):
    """The conductor answers with an error, and goes on (house rule 8)."""

    def setUp(self):
        if standalone.is_wanted():
            self.skipTest(standalone.NOTIFICATIONS)
        super().setUp()

    def call(self, method, version=rpcapi.VERSION, **arguments):
        """What comes of a call: ``(answer, name of the error)``."""
        target = messaging.Target(topic=rpc.CONDUCTOR_TOPIC, version=version)
        client = rpc.client(target, timeout=30)
        try:
            return client.call({}, method, **arguments), None
        except messaging.MessagingTimeout:
            raise
        except Exception as error:
            return None, type(error).__name__

    def assertGoesOn(self):
        self.assertEqual(('pong', None), self.call('ping'))

    def test_methods_that_are_none(self):
        for name in _UNKNOWN:
            _answer, error = self.call(name)
            self.assertIsNotNone(error, name)
        major = int(rpcapi.VERSION.partition('.')[0])
        for version in ('0.9', '%d.0' % (major + 1), '%d.99' % major):
            _answer, error = self.call('ping', version)
            self.assertIsNotNone(error, version)
        self.assertGoesOn()

    def test_arguments_of_any_kind(self):
        for method, names in _ARGUMENTS.items():
            for values in itertools.islice(
                itertools.product(_VALUES, repeat=len(names)), 0, None, 5
            ):
                self.call(method, **dict(zip(names, values, strict=True)))
            _answer, error = self.call(method)
            self.assertIsNotNone(error, method)
            _answer, error = self.call(method, more=1)
            self.assertIsNotNone(error, method)
        self.assertGoesOn()
        self.build_desktop()

    def test_ids_of_other_projects(self):
        """A message names a project; it shows and moves only its own."""
        desktop_id = self.build_desktop()
        other = self.school.other_project_id
        for project_id in (other, _NO_ID):
            found, _error = self.call('differences', project_id=project_id)
            self.assertEqual([], found or [])
            self.call('repair', project_id=project_id, ids=None)
        self.call('run_order', order_id=desktop_id)
        self.call('look_at', desktop_id=self.network_id())
        self.assertGoesOn()
        self.assertOneOfEach(1)

    def network_id(self):
        """An id, but not of a desktop."""
        return self.school.network_id
