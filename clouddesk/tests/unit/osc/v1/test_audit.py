from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

ORPHAN = fakes.difference()
LOST = fakes.difference(
    id='0e' * 16,
    kind='vanished_server',
    repair='retry',
    desktop_name='Ada',
    message='It is gone.',
)
PATH = '/differences/actions/repair'


class AuditTest(base.ShellTest):
    def know_differences(self, *found, unread=()):
        return self.cloud.answer(
            'GET', '/differences', {'differences': found, 'unread': unread}
        )

    def know_verdicts(self, *verdicts):
        told = [
            each | {'verdict': verdict, 'reason': None, 'work_order_id': None}
            for each, verdict in verdicts
        ]
        return self.cloud.answer(
            'POST', PATH, {'differences': told, 'unread': []}
        )

    def test_list(self):
        self.know_differences(ORPHAN, LOST)
        out = self.succeed('desktop audit')
        self.assertRegex(out, 'vanished_server +| Ada')
        self.assertIn(ORPHAN['resource_id'], out)

    def test_projects(self):
        call = self.know_differences(ORPHAN)
        out = self.succeed('desktop audit --all-projects')
        self.assertEqual({'all_projects': ['true']}, call.last_request.qs)
        self.assertIn(ORPHAN['project_id'], out)

    def test_what_could_not_be_looked_at(self):
        self.know_differences(
            unread=[{'project_id': 'p', 'message': 'Nova is away.'}]
        )
        code, _out, err = self.openstack('desktop audit')
        self.assertEqual(1, code)
        self.assertIn('Project p: Nova is away.', err)

    def test_nothing_is_deleted_unasked(self):
        self.know_differences(ORPHAN)
        err = self.complain('desktop audit --repair', stdin='n\n')
        self.assertIn('delete 1 things', err)
        self.assertIn(ORPHAN['message'], err)
        self.assertEqual([], self.cloud.calls('POST'))

    def test_repair_what_was_shown(self):
        self.know_differences(ORPHAN, LOST)
        call = self.know_verdicts((ORPHAN, 'repaired'), (LOST, 'ordered'))
        out = self.succeed('desktop audit --repair', stdin='y\n')
        self.assertEqual(
            {'ids': [ORPHAN['id'], LOST['id']]}, call.last_request.json()
        )
        self.assertRegex(out, 'repaired')
        self.assertRegex(out, 'ordered')

    def test_a_repair_that_destroys_nothing_asks_nothing(self):
        self.know_differences(LOST)
        self.know_verdicts((LOST, 'ordered'))
        self.succeed('desktop audit --repair', stdin='')

    def test_only_some(self):
        self.know_differences(ORPHAN, LOST)
        call = self.know_verdicts((ORPHAN, 'repaired'))
        self.succeed('desktop audit --repair --yes ' + ORPHAN['id'])
        self.assertEqual({'ids': [ORPHAN['id']]}, call.last_request.json())

    def test_one_that_is_not_there(self):
        self.know_differences(ORPHAN)
        err = self.complain('desktop audit --repair --yes nonsense')
        self.assertIn('nonsense', err)

    def test_what_stays_different_is_a_failure(self):
        self.know_differences(ORPHAN)
        self.know_verdicts((ORPHAN, 'failed'))
        code, out, _err = self.openstack('desktop audit --repair --yes')
        self.assertEqual(1, code)
        self.assertIn('failed', out)

    def test_nothing_to_repair(self):
        self.know_differences()
        self.succeed('desktop audit --repair')
        self.assertEqual([], self.cloud.calls('POST'))
