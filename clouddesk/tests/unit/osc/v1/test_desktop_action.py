from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

ADA, BOB = fakes.desktop('Ada'), fakes.desktop('Bob')
PATH = '/desktops/' + ADA['id']


class ActionTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know(ADA, BOB)

    def test_one_desktop(self):
        for verb in ('start', 'stop', 'reboot', 'retry', 'rebuild'):
            path = f'{PATH}/actions/{verb}'
            order = fakes.order(items=[fakes.item(ADA, 'pending')])
            self.cloud.answer('POST', path, order)
            yes = ' --yes' if verb == 'rebuild' else ''
            (row,) = self.json(f'desktop {verb} Ada' + yes)
            self.assertEqual('Ada', row['Name'])
            self.assertEqual(order['id'], row['Work Order ID'])
            self.assertEqual(('POST', path, {}), self.cloud.calls('POST')[-1])

    def test_several_are_one_order(self):
        items = [fakes.item(ADA, 'pending'), fakes.item(BOB, 'pending')]
        for verb in ('start', 'stop', 'reboot', 'retry', 'rebuild', 'delete'):
            path = f'/desktops/actions/{verb}'
            self.cloud.answer('POST', path, fakes.order(items=items))
            yes = ' --yes' if verb in ('rebuild', 'delete') else ''
            rows = self.json(f'desktop {verb} Ada Bob Ada' + yes)
            self.assertEqual(['Ada', 'Bob'], [row['Name'] for row in rows])
            body = {'desktop_ids': [ADA['id'], BOB['id']]}
            self.assertEqual(
                ('POST', path, body), self.cloud.calls('POST')[-1]
            )

    def test_an_empty_option_does_not_mean_all(self):
        for option in (
            'pool',
            'status',
            'name',
            'image',
            'flavor',
            'network',
            'template',
            'tags',
            'any-tags',
            'query',
            'assignee',
        ):
            line = f"desktop delete --yes --mine --{option} ''"
            said = self.complain(line, code=2)
            self.assertIn(f'--{option}: it must not be empty', said)
        self.assertEqual([], self.cloud.calls())

    def test_hard_reboot(self):
        """V24"""
        one, many = PATH + '/actions/reboot', '/desktops/actions/reboot'
        for path in (one, many):
            self.cloud.answer('POST', path, fakes.order())
        self.succeed('desktop reboot --hard Ada')
        self.succeed('desktop reboot --hard Ada Bob')
        forced = [call[2]['force'] for call in self.cloud.calls('POST')]
        self.assertEqual([True, True], forced)

    def test_wait_tells_how_each_ended(self):
        fault = {'code': 'x', 'message': 'It does not stop.'}
        items = [fakes.item(ADA), fakes.item(BOB, 'failed', fault)]
        order = fakes.order('failed', items, kind='desktop.stop')
        self.cloud.answer('POST', '/desktops/actions/stop', order)
        self.cloud.answer('GET', '/work-orders/' + order['id'], order)
        self.know(ADA | {'status': 'off'}, BOB | {'fault': fault})
        code, out, err = self.openstack('desktop stop Ada Bob --wait')
        self.assertEqual(1, code)
        self.assertRegex(out, r'Ada +\| off')
        self.assertIn('Bob: It does not stop.\n', err)

    def test_a_missing_one_stops_all(self):
        for name in ('Eve', 'Zoe'):
            self.cloud.refuse('GET', f'/desktops/{name}', 404, 'Unknown.')
            self.cloud.answer(
                'GET', f'/desktops?name={name}', {'desktops': []}
            )
        err = self.complain('desktop stop Ada Eve Zoe')
        self.assertEqual('No desktop found for: Eve, Zoe\n', err)
        self.assertEqual([], self.cloud.calls('POST'))

    def test_a_refusal(self):
        message = 'Desktop Ada is off; stop needs running or fault.'
        self.cloud.refuse('POST', PATH + '/actions/stop', 409, message)
        self.assertEqual(message + '\n', self.complain('desktop stop Ada'))


class DeleteTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know(ADA)
        self.order = fakes.order(
            'succeeded', [fakes.item(ADA)], kind='desktop.delete'
        )
        self.cloud.answer('DELETE', PATH, self.order)

    def _deletes(self):
        return len(self.cloud.calls('DELETE'))

    def test_a_person_is_asked(self):
        for answer, deletes in (('n', 0), ('', 0), ('y', 1), ('Yes', 2)):
            code, _out, err = self.openstack(
                'desktop delete Ada', stdin=answer + '\n' if answer else ''
            )
            self.assertIn('everything on it: Ada? [y/N]', err)
            self.assertEqual(deletes, self._deletes())
            self.assertEqual(0 if deletes else 1, code)

    def test_a_person_can_say_yes_before(self):
        err = self.openstack('desktop delete --yes Ada', stdin='')[2]
        self.assertEqual('', err)
        self.assertEqual(1, self._deletes())

    def test_a_script_is_not_asked(self):
        self.succeed('desktop delete Ada')
        self.assertEqual(1, self._deletes())

    def test_wait_until_it_is_gone(self):
        self.cloud.answer(
            'GET', '/work-orders/' + self.order['id'], self.order
        )
        self.cloud.answer(
            'GET', PATH, ADA, fakes.error(404, 'No such desktop.')
        )
        (row,) = self.json(f'desktop delete --wait {ADA["id"]}')
        self.assertEqual(('Ada', 'deleted'), (row['Name'], row['Status']))


class ChoiceTest(base.ShellTest):
    """V25: desktops are named, chosen by options, or all."""

    STOP = '/desktops/actions/stop'

    def setUp(self):
        super().setUp()
        self.know(ADA, BOB)
        items = [fakes.item(ADA, 'pending'), fakes.item(BOB, 'pending')]
        self.cloud.answer('POST', self.STOP, fakes.order(items=items))

    def body(self, words):
        self.succeed('desktop stop ' + words)
        return self.cloud.calls('POST')[-1][2]

    def test_by_options(self):
        self.assertEqual(
            {'filter': {'status': ['running', 'fault'], 'q': 'a'}, 'wave': 3},
            self.body('--status running,fault --query a --wave 3'),
        )
        self.assertEqual(
            {'filter': {'tags': ['x'], 'tags-any': ['y', 'z']}},
            self.body('--tags x --any-tags y,z'),
        )

    def test_all(self):
        self.assertEqual({'filter': {}}, self.body('--all'))

    def test_one_way_to_choose(self):
        for words in ('', 'Ada --all', 'Ada --status off', '--all --mine'):
            code, _out, err = self.openstack('desktop stop ' + words)
            self.assertEqual(1, code)
            self.assertIn('Give names, or options', err)
        self.assertEqual([], self.cloud.calls('POST'))

    def test_refusals_are_told(self):
        fault = {'code': 'desktop_locked', 'message': 'Bob is locked: Exam.'}
        items = [fakes.item(ADA, 'pending'), fakes.item(BOB, 'refused', fault)]
        self.cloud.answer('POST', self.STOP, fakes.order(items=items))
        code, out, err = self.openstack('desktop stop Ada Bob')
        self.assertEqual(1, code)
        self.assertIn('Ada', out)
        self.assertIn('Refused: Bob is locked: Exam.', err)

    def test_what_was_asked_about_is_what_is_deleted(self):
        self.cloud.answer('GET', '/desktops', {'desktops': [ADA, BOB]})
        path = '/desktops/actions/delete'
        self.cloud.answer('POST', path, fakes.order())
        self.succeed('desktop delete --all --yes')
        self.assertEqual(
            {'desktop_ids': [ADA['id'], BOB['id']]},
            self.cloud.calls('POST')[-1][2],
        )
