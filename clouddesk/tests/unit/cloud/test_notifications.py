from unittest import mock

import fixtures
import oslo_messaging
from oslotest import base

from clouddesk.cloud import notifications


def payload(**data):
    return {
        'nova_object.name': 'InstanceActionPayload',
        'nova_object.namespace': 'nova',
        'nova_object.version': '1.8',
        'nova_object.data': {
            'uuid': 'server',
            'state': 'active',
            'task_state': None,
            'metadata': {'clouddesk_desktop_id': 'desktop'},
            **data,
        },
    }


class ServerEventsTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger())
        self.callback = mock.Mock(spec_set=())
        self.endpoint = notifications.ServerEvents(self.callback)

    def tell(self, body, event='instance.power_off.end'):
        self.endpoint.info({}, 'nova-compute:a', event, body, {})

    def test_event_of_a_desktop(self):
        self.tell(payload())
        self.callback.assert_called_once_with(
            'server', 'desktop', 'instance.power_off.end', 'active', None
        )

    def test_event_of_another_server(self):
        self.tell(payload(metadata={}))
        self.assertIsNone(self.callback.call_args.args[1])

    def test_failed_build(self):
        self.endpoint.error(
            {}, 'nova', 'instance.create.error', payload(state='error'), {}
        )
        self.callback.assert_called_once_with(
            'server', 'desktop', 'instance.create.error', 'error', None
        )

    def test_nonsense_is_logged_and_dropped(self):
        self.tell({'nova_object.data': {}})
        self.callback.assert_not_called()
        self.assertIn('instance.power_off.end', self.log.output)

    def test_callback_that_fails_is_logged(self):
        self.callback.side_effect = ValueError
        self.tell(payload())
        self.assertIn('ValueError', self.log.output)

    def test_only_events_of_servers(self):
        rule = self.endpoint.filter_rule
        self.assertIsInstance(rule, oslo_messaging.NotificationFilter)
        self.assertTrue(self.match(rule, 'instance.update'))
        self.assertFalse(self.match(rule, 'volume.create.end'))

    def match(self, rule, event):
        return rule.match({}, 'nova', event, {'timestamp': ''}, {})
