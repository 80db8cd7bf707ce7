from clouddesk import exceptions
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.api import base


class MigrateTest(base.ApiTest):
    """V42"""

    def setUp(self):
        super().setUp()
        (self.desktop_id,) = self.make_desktops(1)
        self.nova = self.cloud.service.compute

    def migrate(self, body=None, persona='admin'):
        path = '/v1/desktops/%s/actions/migrate' % self.desktop_id
        return self.post(path, body or {}, persona)

    def inputs(self, answer):
        self.assertEqual(202, answer.status_int, answer.text)
        return work_orders.get(answer.json['id']).inputs

    def test_anywhere(self):
        answer = self.migrate()
        self.assertEqual({'from': 'one'}, self.inputs(answer))
        self.assertEqual('desktop.migrate', answer.json['kind'])
        self.assertEqual([answer.json['id']], self.hinted())
        self.nova.hosts_in.assert_called_once_with('nova')

    def test_to_a_host(self):
        answer = self.migrate({'host': 'two'})
        self.assertEqual({'from': 'one', 'host': 'two'}, self.inputs(answer))

    def test_there_is_one_host_only(self):
        """The honest answer, before anything is done."""
        self.nova.hosts_in.return_value = ['one']
        error = self.assert_error(self.migrate(), 409, 'no_other_host')
        self.assertIn('zone nova has no other host', error['message'])
        self.assertEqual({'host': 'one', 'zone': 'nova'}, error['details'])
        self.assertEqual([], self.hinted())

    def test_a_host_that_will_not_do(self):
        for host in ('one', 'three'):
            answer = self.migrate({'host': host})
            error = self.assert_error(answer, 400, 'invalid', 'host')
            self.assertIn('two', error['message'])

    def test_only_what_runs(self):
        self.sql("UPDATE desktops SET status = 'off'")
        self.assert_error(self.migrate(), 409, 'desktop_wrong_state')
        self.nova.get_server.assert_not_called()

    def test_the_server_is_gone(self):
        self.nova.get_server.side_effect = lambda id_: None
        self.assert_error(self.migrate(), 409, 'server_gone')

    def test_nova_does_not_answer(self):
        self.nova.hosts_in.side_effect = exceptions.CloudError(
            service='Nova', reason='away', transient=True
        )
        self.assert_error(self.migrate(), 503, 'service_unavailable')

    def test_managers_do_not_choose_hosts(self):
        self.assert_error(self.migrate({}, 'manager'), 403, 'forbidden')

    def test_nor_do_members_let_it_begin_again(self):
        """Who may not order it may not retry it either."""
        order_id = self.migrate().json['id']
        self.sql("UPDATE work_orders SET status = 'failed'")
        batch = '/v1/work-orders/actions/retry', {'work_order_ids': [order_id]}
        single = '/v1/work-orders/%s/actions/retry' % order_id, {}
        for path, body in (single, batch):
            answer = self.post(path, body, 'manager')
            error = self.assert_error(answer, 403, 'forbidden')
            self.assertEqual(
                'clouddesk:desktops:migrate', error['details']['rule']
            )
        self.assert_error(self.post(*single, 'stranger'), 404, 'not_found')
        answer = self.post(*single, 'admin')
        self.assertNotEqual(403, answer.status_int, answer.text)
