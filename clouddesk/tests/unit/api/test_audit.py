"""Records of requests by Keystone's middleware (M22)."""

import configparser
import pathlib

import oslo_messaging
from oslo_messaging import conffixture
from oslo_messaging.notify import _impl_test

import clouddesk
from clouddesk import conf
from clouddesk import rpc
from clouddesk.api.controllers import root
from clouddesk.tests.unit.api import base

MAP = pathlib.Path(clouddesk.__file__).parents[1] / (
    'etc/clouddesk/api_audit_map.conf'
)


class AuditTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        if not MAP.exists():
            self.skipTest('the map is only in the source')
        fixture = self.useFixture(conffixture.ConfFixture(conf.CONF))
        fixture.transport_url = 'fake:/'
        rpc.init(conf.CONF)
        oslo_messaging.Notifier(rpc.notification_transport())
        self.config(group='oslo_messaging_notifications', driver=['test'])
        self.config(group='audit', enabled=True, audit_map_file=str(MAP))
        self.addCleanup(_impl_test.reset)
        self.build()
        _impl_test.reset()

    def heard(self):
        """Records of answers, in the order of their requests."""
        return [
            message['payload']
            for _ctxt, message, _priority, _retry in _impl_test.NOTIFICATIONS
            if message['event_type'] == 'audit.http.response'
        ]

    def test_m22_requests_are_recorded(self):
        (id_,) = self.make_desktops(1)
        self.post('/v1/desktops/%s/actions/stop' % id_, {})
        self.post('/v1/desktops/%s/actions/lock' % id_, {}, 'reader')
        self.get('/v1/desktops')
        told = [
            (each['action'], each['outcome'], each['reason']['reasonCode'])
            for each in self.heard()
        ]
        self.assertEqual(
            [
                ('stop', 'success', '202'),
                ('disable/lock', 'failure', '403'),
            ],
            told,
        )

    def test_so_are_tokens_without_a_project(self):
        self.post('/v1/desktops', {}, 'unscoped')
        # It has no answer when the middleware looks.
        self.assertEqual(['unknown'], [e['outcome'] for e in self.heard()])

    def test_nothing_of_a_token_is_told(self):
        self.post('/v1/desktops', {})
        self.assertEqual(
            '***', self.heard()[0]['initiator']['credential']['token']
        )

    def test_reading_is_recorded_if_wanted(self):
        self.config(group='audit', ignore_req_list=[])
        self.build()
        self.get('/v1/desktops')
        self.assertEqual(['read/list'], [e['action'] for e in self.heard()])

    def test_it_is_off_by_default(self):
        self.config(group='audit', enabled=False)
        self.build()
        self.post('/v1/desktops', {})
        self.assertEqual([], self.heard())

    def test_the_map_knows_every_noun(self):
        parser = configparser.ConfigParser()
        parser.read(MAP)
        nouns = {
            name for name in root.Root.below['v1'].below if '.' not in name
        }
        self.assertLessEqual(nouns, set(parser['path_keywords']))
