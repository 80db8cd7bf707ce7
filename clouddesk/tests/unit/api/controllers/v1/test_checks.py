"""The doctor: what is missing, and what it costs."""

import itertools
from unittest import mock

import oslo_messaging as messaging
from sqlalchemy import exc as sa_exc

from clouddesk.api.views import checks as view
from clouddesk.conductor import checkup
from clouddesk.db import migration
from clouddesk.tests.unit.api import base


class ChecksTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.answer = self.conductor.prepare.return_value.call
        self.answer.return_value = []
        for name in ('version', 'head'):
            patcher = mock.patch.object(
                migration, name, autospec=True, return_value='7d1f'
            )
            setattr(self, name, patcher.start())
            self.addCleanup(patcher.stop)

    def found(self, persona='manager'):
        answer = self.get('/v1/checks', persona)
        self.assertEqual(200, answer.status_int, answer.text)
        return {each['name']: each for each in answer.json['checks']}

    def test_all_is_well(self):
        found = self.found()
        self.assertEqual(
            ['database', 'work_orders', 'message_bus', 'conductor'],
            list(found),
        )
        self.assertEqual({'ok'}, {each['status'] for each in found.values()})
        self.assertEqual({None}, {each['cost'] for each in found.values()})

    def test_what_a_conductor_sees_is_put_into_words(self):
        self.answer.return_value = [
            {
                'name': 'compute',
                'status': 'error',
                'code': 'missing',
                'values': {'service': 'compute'},
            },
            {
                'name': 'notifications',
                'status': 'warning',
                'code': 'off',
                'values': {'sync': 60},
            },
        ]
        found = self.found()
        self.assertIn('no compute service', found['compute']['message'])
        self.assertIn('cannot be made', found['compute']['cost'])
        self.assertIn('every 60 seconds', found['notifications']['cost'])
        (call,) = self.answer.call_args_list
        self.assertEqual(base.PROJECT, call.kwargs['project_id'])

    def test_no_conductor(self):
        self.answer.side_effect = messaging.MessagingTimeout()
        found = self.found()
        self.assertEqual('ok', found['database']['status'])
        self.assertEqual('ok', found['message_bus']['status'])
        self.assertEqual('error', found['conductor']['status'])
        self.assertIn('consoles', found['conductor']['cost'])

    def test_a_conductor_that_fails(self):
        self.answer.side_effect = messaging.RemoteError('KeyError', 'x')
        self.assertIn('KeyError', self.found()['conductor']['message'])

    def test_no_broker(self):
        self.conductor.cast.side_effect = OSError('refused')
        found = self.found()
        self.assertEqual('error', found['message_bus']['status'])
        self.assertEqual('warning', found['conductor']['status'])

    def test_old_tables(self):
        self.version.return_value = 'aaaa'
        found = self.found()['database']
        self.assertEqual('error', found['status'])
        self.assertIn('clouddesk-manage db sync', found['message'])

    def test_no_database(self):
        self.version.side_effect = sa_exc.OperationalError('x', {}, 'y')
        found = self.found()
        self.assertEqual('error', found['database']['status'])
        self.assertNotIn('work_orders', found)
        self.assertEqual('ok', found['conductor']['status'])

    def test_orders_that_nobody_takes(self):
        order_id = self.make_order()
        self.assertEqual('ok', self.found()['work_orders']['status'])
        self.sql(
            "UPDATE work_orders SET updated_at = '2020-01-01 00:00:00' "
            'WHERE id = :id',
            id=order_id,
        )
        found = self.found()['work_orders']
        self.assertEqual('error', found['status'])
        self.assertIn('1 wait', found['message'])

    def test_members_are_refused(self):
        answer = self.get('/v1/checks', 'member')
        self.assert_error(answer, 403, 'forbidden')


class WordsTest(base.base.BaseTestCase):
    VALUES = {
        name: 1
        for name in (
            'count down head images reason resources revision role roles '
            'seconds service sync took total usable'
        ).split()
    }

    def test_every_code_has_words_for_its_values(self):
        for name, codes in view._MESSAGES.items():
            for code in (*codes, 'failed', 'late'):
                self.assertTrue(self.shown(name, code)['message'])
        for name, code in itertools.product(
            checkup.SERVICES, (*view._OFFERED, 'failed', 'late')
        ):
            self.assertTrue(self.shown(name, code)['message'])

    def test_every_check_has_its_cost(self):
        for name in {*view._MESSAGES, *checkup.SERVICES}:
            self.assertTrue(self.shown(name, 'failed')['cost'], name)

    def shown(self, name, code):
        return view.check(
            {
                'name': name,
                'status': 'error',
                'code': code,
                'values': self.VALUES,
            }
        )
