"""What others hear of operations (M22)."""

import contextlib
import json
import pathlib
import threading
from unittest import mock

import jsonschema
from oslo_config import fixture as config_fixture
import oslo_messaging
from oslo_messaging import conffixture
from oslo_messaging.notify import _impl_test
from pycadf import cadftaxonomy
from pycadf import event as cadf_event

import clouddesk
from clouddesk import cadf
from clouddesk import conf
from clouddesk import events
from clouddesk import notifications
from clouddesk import rpc
from clouddesk.api import exposure
from clouddesk.api.controllers import root
from clouddesk.api.schemas import events as schemas
from clouddesk.db import journal
from clouddesk.db.api import desktop_orders
from clouddesk.tests.unit.api import base
from clouddesk.tests.unit.db import base as db_base

SAMPLES = pathlib.Path(clouddesk.__file__).parents[1] / (
    'doc/notification_samples'
)
WHO = {
    'project_id': 'f8b2d3ed9d8b4f3b8f1c53a5c8d1a2e4',
    'user_id': '3d2b66b1b3a24ee8b8a4f0c37ad6a6ff',
    'request_id': 'req-9d3ba1ee-2f4e-43b9-a5d1-b0c3a2cf2d40',
}
SUBJECT = ('image', '4d1b8ae7-8a54-4ff4-bd4c-6f9a3c2df1e0', 'win11')


class _Hearing:
    """Hears what is sent, through oslo.messaging's own driver for tests."""

    def hear(self, program='api'):
        fixture = self.useFixture(conffixture.ConfFixture(conf.CONF))
        fixture.transport_url = 'fake:/'
        rpc.init(conf.CONF)
        rpc.notification_transport()
        oslo_messaging.Notifier(rpc.notification_transport())
        self.config(group='oslo_messaging_notifications', driver=['test'])
        notifications.init(conf.CONF, program)
        self.addCleanup(notifications.cleanup)
        self.addCleanup(_impl_test.reset)
        _impl_test.reset()

    def heard(self, kind=None):
        """Messages and priorities; ``clouddesk_object.name`` or CADF."""
        notifications.flush()
        return [
            (message, priority)
            for _ctxt, message, priority, _retry in _impl_test.NOTIFICATIONS
            if kind is None
            or (kind == 'cadf') == ('typeURI' in message['payload'])
        ]


class RequestsTest(_Hearing, base.ApiTest):
    def setUp(self):
        super().setUp()
        (self.desktop_id,) = self.make_desktops(1)
        self.hear()

    def test_m22_a_notification_of_each_operation(self):
        path = '/v1/desktops/%s' % self.desktop_id
        self.call('PATCH', path, {'note': 'x'})
        self.post(path + '/actions/stop', {})
        self.post(path + '/actions/stop', {})
        self.get(path)
        told = [
            (message['event_type'], priority)
            for message, priority in self.heard('versioned')
        ]
        self.assertEqual(
            [
                ('desktop.update.end', 'INFO'),
                ('desktop.stop.start', 'INFO'),
                ('desktop.stop.error', 'ERROR'),
            ],
            told,
        )

    def test_m22_a_cadf_record_of_each_operation(self):
        path = '/v1/images/%s/actions/deactivate' % base.IMAGE
        self.post(path, {})
        ((message, _priority),) = self.heard('cadf')
        record = message['payload']
        self.assertEqual(
            ('disable', 'success', base.IMAGE, 'data/image'),
            (
                record['action'],
                record['outcome'],
                record['target']['id'],
                record['target']['typeURI'],
            ),
        )
        self.assertEqual('user-member', record['initiator']['id'])
        self.assertEqual(base.PROJECT, record['initiator']['project_id'])

    def test_it_says_what_the_history_says(self):
        self.call('PATCH', '/v1/desktops/%s' % self.desktop_id, {'note': 'x'})
        ((message, _priority),) = self.heard('versioned')
        newest = self.get('/v1/events').json['events'][0]
        self.assertEqual(newest, message['payload']['clouddesk_object.data'])

    def test_no_secret_is_heard(self):
        """Rule 11."""
        self.keep_secrets()
        body = {'user': 'ada', 'password': 'Passw0rd'}
        self.call('PUT', '/v1/images/%s/login' % base.IMAGE, body)
        path = '/v1/desktops/%s/actions/login' % self.desktop_id
        answer = self.post(path, {'with_password': True})
        self.assertEqual('Passw0rd', answer.json['password'])
        self.assertEqual(4, len(self.heard()))
        self.assertNotIn('Passw0rd', repr(_impl_test.NOTIFICATIONS))

    def test_formats_are_chosen(self):
        self.config(group='notifications', formats=['cadf'])
        self.call('PATCH', '/v1/desktops/%s' % self.desktop_id, {'note': 'x'})
        self.assertEqual([], self.heard('versioned'))
        self.assertEqual(1, len(self.heard('cadf')))
        self.config(group='notifications', formats=[])
        self.call('PATCH', '/v1/desktops/%s' % self.desktop_id, {'note': 'x'})
        self.assertEqual(1, len(self.heard()))

    def test_what_is_taken_back_is_not_heard(self):
        path = '/v1/desktops/%s' % self.desktop_id
        with mock.patch.object(
            journal, 'row', autospec=True, side_effect=RuntimeError
        ):
            answer = self.call('PATCH', path, {'note': 'x'})
        self.assertEqual(500, answer.status_int)
        self.assertEqual([], self.heard())

    def test_a_broker_that_fails_is_not_noticed(self):
        with mock.patch.object(
            oslo_messaging.Notifier,
            'info',
            autospec=True,
            side_effect=RuntimeError,
        ):
            path = '/v1/desktops/%s' % self.desktop_id
            answer = self.call('PATCH', path, {'note': 'x'})
            notifications.flush()
        self.assertEqual(200, answer.status_int)
        self.assertEqual('desktop.update', self.newest()['action'])

    def test_it_is_sent_again_some_times_and_not_for_ever(self):
        """M22: one message must not hold up all others."""
        path = '/v1/desktops/%s' % self.desktop_id
        self.call('PATCH', path, {'note': 'x'})
        self.assertEqual({rpc.NOTIFY_RETRIES}, self.retries())

    def test_an_operator_says_how_often_it_is_sent_again(self):
        """M22"""
        for chosen in (0, 7, -1):
            group = 'oslo_messaging_notifications'
            self.config(group=group, retry=chosen)
            notifications.init(conf.CONF, 'api')
            path = '/v1/desktops/%s' % self.desktop_id
            self.call('PATCH', path, {'note': 'x'})
            self.assertEqual({chosen}, self.retries())
            _impl_test.reset()

    def retries(self):
        """How often those that were sent might have been sent again."""
        notifications.flush()
        return {retry for *_rest, retry in _impl_test.NOTIFICATIONS}

    def test_a_broker_that_hangs_is_not_waited_for(self):
        hangs = threading.Event()
        with contextlib.ExitStack() as stack:
            stack.enter_context(
                mock.patch.object(
                    oslo_messaging.Notifier,
                    'info',
                    autospec=True,
                    side_effect=lambda *args: hangs.wait(),
                )
            )
            stack.callback(notifications.flush)
            stack.callback(hangs.set)
            path = '/v1/desktops/%s' % self.desktop_id
            answer = self.call('PATCH', path, {'note': 'x'})
            self.assertEqual(200, answer.status_int)

    def newest(self):
        return self.get('/v1/events').json['events'][0]


class OrdersTest(_Hearing, db_base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        conf.CONF([], default_config_files=[], default_config_dirs=[])
        self.config = self.useFixture(config_fixture.Config(conf.CONF)).config
        self.row = self.desktop()
        self.hear('conductor')

    def test_m22_the_end_of_an_order_is_heard(self):
        order = desktop_orders.act(
            db_base.ORDER, 'stop', [self.row.id], 'project'
        )
        self.finish(order, 'off')
        heard = [m for m, _priority in self.heard('versioned')]
        self.assertEqual(
            ['desktop.stop.start', 'desktop.stop.end'],
            [message['event_type'] for message in heard],
        )
        self.assertTrue(
            heard[0]['publisher_id'].startswith('clouddesk-conductor.')
        )


class PayloadTest(db_base.base.BaseTestCase):
    """The samples of the documentation are what is sent."""

    def row(self, outcome=events.SUCCESS, **more):
        return journal.row('image.retire', WHO, SUBJECT, outcome, **more)

    def test_the_samples(self):
        if not SAMPLES.is_dir():
            self.skipTest('the samples are only in the source')
        for name, make in (
            ('versioned', notifications.versioned),
            ('cadf', cadf.record),
        ):
            sample = json.loads((SAMPLES / (name + '.json')).read_text())
            row = self.row(user_project_id=WHO['project_id'])
            sent = json.loads(json.dumps(make(row)))
            self.assertEqual(_shape(sample['payload']), _shape(sent))
            self.assertEqual(
                notifications.event_type(row), sample['event_type']
            )

    def test_the_data_are_an_event_of_the_api(self):
        item = schemas.PAGE['properties']['events']['items']
        data = notifications.versioned(self.row())['clouddesk_object.data']
        jsonschema.validate(data, item)

    def test_a_new_field_is_a_new_version(self):
        """Write its number down here, and what is new in the guide."""
        data = notifications.versioned(self.row())
        fields = sorted(data['clouddesk_object.data'])
        self.assertEqual(
            (
                '1.0',
                [
                    'action',
                    'code',
                    'created_at',
                    'details',
                    'id',
                    'outcome',
                    'project_id',
                    'request_id',
                    'subject',
                    'user_id',
                    'user_project_id',
                    'work_order_id',
                ],
            ),
            (data['clouddesk_object.version'], fields),
        )

    def test_every_action_is_one_of_cadf(self):
        for method, _path, function in exposure.walk(root.Root()):
            if method == 'GET' or function.route.rule == exposure.PUBLIC:
                continue
            action = events.action_of(function.route.rule)
            for outcome in events.OUTCOMES:
                row = journal.row(
                    action, WHO, SUBJECT, outcome, code='x', work_order_id='w'
                )
                record = cadf.record(row)
                self.assertTrue(
                    cadftaxonomy.is_valid_action(record['action']), action
                )
                self.assertEqual(outcome, record['outcome'])

    def test_cadf_finds_it_valid(self):
        seen = []
        real = cadf_event.Event.as_dict

        def as_dict(told):
            seen.append(told.is_valid())
            return real(told)

        rows = [
            self.row(),
            self.row(events.FAILURE, code='conflict'),
            journal.row('difference.repair', WHO, None, events.SUCCESS),
            journal.row(
                'pool.create', WHO, ('pool', SUBJECT[1], None), events.PENDING
            ),
        ]
        with mock.patch.object(cadf_event.Event, 'as_dict', as_dict):
            for row in rows:
                cadf.record(row)
        self.assertEqual([True] * 4, seen)


def _shape(value):
    """Names and types, without what may differ."""
    if isinstance(value, dict):
        return {key: _shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_shape(each) for each in value][:1]
    return type(value).__name__
