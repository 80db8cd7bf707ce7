from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

ADA, BOB = fakes.desktop('Ada'), fakes.desktop('Bob')
PATH = '/desktops/' + ADA['id']


class LockTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know(ADA, BOB)

    def test_lock_and_unlock(self):
        locked = ADA | {'locked': True, 'lock_reason': 'Exam'}
        path = '/desktops/actions/lock'
        self.cloud.answer('POST', path, {'desktops': [locked]})
        (row,) = self.json('desktop lock Ada --reason Exam')
        self.assertEqual((True, 'Exam'), (row['Locked'], row['Lock Reason']))
        body = {'desktop_ids': [ADA['id']], 'reason': 'Exam'}
        self.assertEqual(('POST', path, body), self.cloud.calls('POST')[-1])
        path = '/desktops/actions/unlock'
        self.cloud.answer('POST', path, {'desktops': [ADA, BOB]})
        self.assertEqual(2, len(self.json('desktop unlock --all')))
        self.assertEqual(
            ('POST', path, {'filter': {}}), self.cloud.calls('POST')[-1]
        )

    def test_v39_v40_protect_and_unprotect(self):
        for verb, protected in (('protect', True), ('unprotect', False)):
            path = f'{PATH}/actions/{verb}'
            self.cloud.answer('POST', path, ADA | {'protected': protected})
            shown = self.json(f'desktop {verb} Ada')
            self.assertEqual(protected, shown['protected'])

    def test_v42_migrate(self):
        path = PATH + '/actions/migrate'
        items = [fakes.item(ADA, 'pending')]
        self.cloud.answer('POST', path, fakes.order(items=items))
        (row,) = self.json('desktop migrate Ada')
        self.assertEqual('Ada', row['Name'])
        self.succeed('desktop migrate Ada --host two')
        self.assertEqual({'host': 'two'}, self.cloud.calls('POST')[-1][2])

    def test_v42_there_is_no_other_host(self):
        path = PATH + '/actions/migrate'
        self.cloud.refuse('POST', path, 409, 'zone nova has no other host')
        code, _out, err = self.openstack('desktop migrate Ada')
        self.assertEqual(1, code)
        self.assertIn('zone nova has no other host', err)

    def test_v45_keep_running(self):
        self.cloud.answer('PATCH', PATH, ADA)
        for option, wanted in (
            ('--keep-running', True),
            ('--no-keep-running', False),
        ):
            self.succeed(f'desktop set Ada {option}')
            self.assertEqual(
                {'keep_running': wanted}, self.cloud.calls('PATCH')[-1][2]
            )
