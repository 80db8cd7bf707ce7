from oslotest import base

from clouddesk.osc import columns
from clouddesk.tests.unit.sdk import fakes

EVIL = 'x\x1b[2J\ny'
SHOWN = 'x\\x1b[2J y'


class ColumnsTest(base.BaseTestCase):
    def test_people_and_machines_see_different_things(self):
        addresses = [
            {'address': '10.0.0.5', 'type': 'fixed'},
            {'address': '172.24.4.9', 'type': 'floating'},
        ]
        fault = {'code': 'build_failed', 'message': 'No host.'}
        item = fakes.item(fakes.desktop('Ada'), 'failed', fault, 'server')
        for column, value, shown in (
            (
                columns.Addresses,
                addresses,
                '10.0.0.5, 172.24.4.9 (floating)',
            ),
            (columns.Fault, fault, 'No host.'),
            (columns.Fault, {'code': 'x', 'message': ''}, 'x'),
            (
                columns.Counts,
                {'running': 5, 'fault': 1, 'off': 0},
                '5 running, 1 fault',
            ),
            (
                columns.Subject,
                {'type': 'pool', 'id': '1', 'name': 'a'},
                'pool a',
            ),
            (
                columns.Subject,
                {'type': 'pool', 'id': '1', 'name': None},
                'pool 1',
            ),
            (
                columns.Steps,
                [{'name': 'port', 'done': 1, 'total': 2}],
                'port 1/2',
            ),
            (columns.Items, [item], 'Ada failed (server): No host.'),
            (columns.Items, [fakes.item(fakes.desktop('Bob'))], 'Bob done'),
            (columns.Mebibytes, 512, '512 MiB'),
            (columns.Mebibytes, 1536, '1.5 GiB'),
            (columns.Gibibytes, 20, '20 GiB'),
            (columns.Gibibytes, 2048, '2 TiB'),
            (columns.Percent, 45, '45 %'),
        ):
            formatted = column(value)
            self.assertEqual(shown, formatted.human_readable())
            self.assertEqual(value, formatted.machine_readable())

    def test_nothing_is_shown_as_nothing(self):
        for column in (
            columns.Addresses,
            columns.Fault,
            columns.Faults,
            columns.Counts,
            columns.Subject,
            columns.Steps,
            columns.Items,
            columns.Mebibytes,
            columns.Gibibytes,
            columns.Percent,
        ):
            self.assertEqual('', column(None).human_readable())

    def test_text_of_others_cannot_steer_the_terminal(self):
        fault = {'code': 'x', 'message': EVIL}
        item = fakes.item(fakes.desktop(EVIL), 'failed', fault)
        for column, value in (
            (columns.Fault, fault),
            (columns.Faults, [{'name': 'Ada', 'message': EVIL}]),
            (columns.Subject, {'type': 'pool', 'name': EVIL}),
            (columns.Items, [item]),
            (columns.Addresses, [{'address': EVIL}]),
        ):
            self.assertIn(SHOWN, column(value).human_readable())
