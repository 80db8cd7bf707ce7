from openstack import exceptions
import requests

from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

ADA = fakes.desktop('Ada')
ORDER = fakes.order(items=[fakes.item(ADA, 'running')])
PATH = '/work-orders/' + ORDER['id']


class WorkOrdersTest(base.SDKTest):
    def test_every_field_of_the_api_has_an_attribute(self):
        self.cloud.answer('GET', PATH, ORDER)
        found = self.proxy.get_work_order(ORDER['id'])
        for field, value in ORDER.items():
            # ``items`` is a method of every resource.
            attribute = {'items': 'work_items'}.get(field, field)
            self.assertEqual(value, getattr(found, attribute), field)

    def test_list(self):
        listed = {key: ORDER[key] for key in ORDER if key != 'items'}
        call = self.cloud.answer(
            'GET', '/work-orders', {'work_orders': [listed]}
        )
        (found,) = self.proxy.work_orders(status=['queued', 'paused'])
        self.assertEqual(ORDER['id'], found.id)
        self.assertIsNone(found.work_items)
        self.assertEqual({'status': ['queued,paused']}, call.last_request.qs)

    def test_actions_on_one(self):
        for action in ('retry', 'pause', 'resume', 'cancel'):
            path = f'{PATH}/actions/{action}'
            self.cloud.answer('POST', path, ORDER | {'status': action})
            verb = getattr(self.proxy, f'{action}_work_order')
            self.assertEqual(action, verb(ORDER['id']).status)
            self.assertEqual(('POST', path, {}), self.cloud.calls()[-1])

    def test_actions_on_several(self):
        """S16: one call, so that the service can refuse the whole batch."""
        for action in ('retry', 'pause', 'resume', 'cancel'):
            path = f'/work-orders/actions/{action}'
            self.cloud.answer('POST', path, {'work_orders': [ORDER]})
            verb = getattr(self.proxy, f'{action}_work_orders')
            (order,) = verb([ORDER['id'], 'other'])
            self.assertEqual(ORDER['id'], order.id)
            body = {'work_order_ids': [ORDER['id'], 'other']}
            self.assertEqual(('POST', path, body), self.cloud.calls()[-1])


class WaitTest(base.SDKTest):
    def _become(self, *statuses):
        self.cloud.answer(
            'GET', PATH, *(ORDER | {'status': status} for status in statuses)
        )

    def test_until_it_ends(self):
        self._become('queued', 'running', 'succeeded')
        seen = []
        order = self.proxy.wait_for_work_order(
            ORDER['id'], callback=lambda order: seen.append(order.status)
        )
        self.assertEqual('succeeded', order.status)
        self.assertEqual(['queued', 'running', 'succeeded'], seen)

    def test_a_bad_end_is_an_error(self):
        for status in ('failed', 'cancelled'):
            self._become(status)
            error = self.assertRaises(
                exceptions.ResourceFailure,
                self.proxy.wait_for_work_order,
                ORDER['id'],
            )
            self.assertIn(status, str(error))

    def test_a_bad_end_can_be_wanted(self):
        self._become('running', 'failed')
        order = self.proxy.wait_for_work_order(ORDER['id'], failures=())
        self.assertEqual('failed', order.status)

    def test_no_longer_than_wanted(self):
        self._become('running')
        self.assertRaises(
            exceptions.ResourceTimeout,
            self.proxy.wait_for_work_order,
            ORDER['id'],
            timeout=0,
        )

    def test_a_restart_of_the_service_is_bridged(self):
        down = {'exc': requests.exceptions.ConnectionError, 'status_code': 0}
        self.cloud.requests.register_uri(
            'GET',
            fakes.API + PATH,
            [
                {'json': ORDER},
                {'exc': down['exc']},
                {'status_code': 503},
                {'json': ORDER | {'status': 'succeeded'}},
            ],
        )
        order = self.proxy.wait_for_work_order(ORDER['id'])
        self.assertEqual('succeeded', order.status)

    def test_other_calls_are_not_repeated(self):
        self.cloud.answer('GET', PATH, {'status_code': 503})
        self.assertRaises(
            exceptions.HttpException,
            self.proxy.get_work_order,
            ORDER['id'],
        )
        self.assertEqual(1, len(self.cloud.calls()))
