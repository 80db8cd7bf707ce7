from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

ADA = fakes.desktop('Ada')
ORDER = fakes.order(
    items=[fakes.item(ADA, 'running', step='server')],
    subject={'type': 'desktop', 'id': ADA['id'], 'name': 'Ada'},
)
PATH = '/work-orders/' + ORDER['id']


class WorkOrderTest(base.ShellTest):
    def test_list(self):
        call = self.cloud.answer(
            'GET', '/work-orders', {'work_orders': [ORDER]}
        )
        out = self.succeed('desktop work order list --status queued,running')
        self.assertRegex(out, r'desktop\.create \| desktop Ada \| running')
        self.assertEqual({'status': ['queued,running']}, call.last_request.qs)

    def test_list_those_of_something(self):
        pool = fakes.pool('class')
        self.know(ADA)
        self.know_pools(pool)
        call = self.cloud.answer('GET', '/work-orders', {'work_orders': []})
        self.succeed(
            'desktop work order list --pool class --desktop Ada --kind k '
            '--long --all-projects'
        )
        self.assertEqual(
            {
                'subject_id': [pool['id']],
                'desktop_id': [ADA['id']],
                'kind': ['k'],
                'all_projects': ['true'],
            },
            call.last_request.qs,
        )

    def test_show(self):
        self.cloud.answer('GET', PATH, ORDER)
        out = self.succeed('desktop work order show ' + ORDER['id'])
        self.assertRegex(out, r'\| steps +\| port 1/1, server 0/1')
        self.assertRegex(out, r'\| items +\| Ada running \(server\)')
        shown = self.json('desktop work order show ' + ORDER['id'])
        expected = {key: ORDER[key] for key in ORDER if key != 'links'}
        self.assertEqual(expected, shown)

    def test_follow(self):
        self.cloud.answer('GET', PATH, ORDER, ORDER | {'status': 'succeeded'})
        out = self.succeed('desktop work order show --wait ' + ORDER['id'])
        self.assertIn('succeeded', out)

    def test_follow_to_a_bad_end(self):
        self.cloud.answer('GET', PATH, ORDER, ORDER | {'status': 'failed'})
        code, out, _err = self.openstack(
            'desktop work order show --wait ' + ORDER['id']
        )
        self.assertEqual(1, code)
        self.assertIn('failed', out)

    def test_unknown(self):
        message = 'The work order x was not found.'
        self.cloud.refuse('GET', '/work-orders/x', 404, message)
        err = self.complain('desktop work order show x')
        self.assertEqual(message + '\n', err)

    def test_actions(self):
        """S14, S15"""
        for action in ('retry', 'pause', 'resume', 'cancel'):
            path = f'{PATH}/actions/{action}'
            self.cloud.answer('POST', path, ORDER | {'status': action})
            (row,) = self.json(f'desktop work order {action} {ORDER["id"]}')
            self.assertEqual(action, row['Status'])

    def test_actions_on_several(self):
        """S16: one call; a refusal names the orders."""
        for action in ('retry', 'pause', 'resume', 'cancel'):
            path = f'/work-orders/actions/{action}'
            self.cloud.answer('POST', path, {'work_orders': [ORDER, ORDER]})
            rows = self.json(f'desktop work order {action} a b a')
            self.assertEqual(2, len(rows))
            self.assertEqual(
                ('POST', path, {'work_order_ids': ['a', 'b']}),
                self.cloud.calls('POST')[-1],
            )
            message = f'{action} needs a work order that is x; not b.'
            self.cloud.refuse('POST', path, 409, message)
            err = self.complain(f'desktop work order {action} a b')
            self.assertEqual(message + '\n', err)
