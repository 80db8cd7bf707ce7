from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

CHECK = {
    'name': 'compute',
    'status': 'error',
    'message': 'Gone.',
    'cost': 'All of it.',
}
DIFFERENCE = fakes.difference()


class HousekeepingTest(base.SDKTest):
    def test_checks(self):
        self.cloud.answer('GET', '/checks', {'checks': [CHECK]})
        (check,) = self.proxy.checks()
        for field, value in CHECK.items():
            self.assertEqual(value, getattr(check, field))

    def test_differences(self):
        unread = [{'project_id': 'p', 'message': 'away'}]
        call = self.cloud.answer(
            'GET',
            '/differences',
            {'differences': [DIFFERENCE], 'unread': unread},
        )
        found = self.proxy.differences(all_projects=True)
        self.assertEqual({'all_projects': ['true']}, call.last_request.qs)
        self.assertEqual(unread, found.unread)
        (one,) = found.differences
        for field, value in DIFFERENCE.items():
            self.assertEqual(value, getattr(one, field), field)

    def test_repair_some(self):
        call = self.cloud.answer(
            'POST',
            '/differences/actions/repair',
            {
                'differences': [DIFFERENCE | {'verdict': 'repaired'}],
                'unread': [],
            },
        )
        found = self.proxy.repair_differences(
            [DIFFERENCE['id']], project_id='p', all_projects=True
        )
        self.assertEqual({'ids': [DIFFERENCE['id']]}, call.last_request.json())
        self.assertEqual(['p'], call.last_request.qs['project_id'])
        self.assertEqual('repaired', found.differences[0].verdict)

    def test_repair_all(self):
        call = self.cloud.answer(
            'POST',
            '/differences/actions/repair',
            {'differences': [], 'unread': []},
        )
        self.proxy.repair_differences()
        self.assertEqual({'all': True}, call.last_request.json())
