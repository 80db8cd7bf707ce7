from unittest import mock

import fixtures

from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

ADA, BOB = fakes.desktop('Ada'), fakes.desktop('Bob')
SPEC = ' --image win11 --flavor m1.desk'
FAULT = {'code': 'build_failed', 'message': 'No valid host.\x1b[2J'}


class CreateTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know_images('win11', 'image-1')
        self.know_flavors('m1.desk', 'flavor-1')
        self.know_networks('class', 'network-1')
        self.know(ADA, BOB)

    def _answer(self, *orders):
        first = orders[0]
        self.cloud.answer('POST', '/desktops', first)
        self.cloud.answer('GET', '/work-orders/' + first['id'], *orders)

    def _sent(self):
        (call,) = self.cloud.calls('POST')
        return call[2]

    def test_names_become_ids(self):
        self._answer(fakes.order(items=[fakes.item(ADA, 'pending')]))
        out = self.succeed('desktop create Ada --network class' + SPEC)
        self.assertEqual(
            {
                'name': 'Ada',
                'image_id': 'image-1',
                'flavor_id': 'flavor-1',
                'network_id': 'network-1',
            },
            self._sent(),
        )
        self.assertIn(ADA['id'], out)

    def test_further_disks(self):
        """M20: in the order given; an empty one is none at all."""
        self._answer(fakes.order(items=[fakes.item(ADA, 'pending')]))
        self.succeed('desktop create Ada --data-image win11' + SPEC)
        self.assertEqual(['image-1'], self._sent()['data_images'])

    def test_without_the_disks_of_a_whole_machine(self):
        """M9"""
        self._answer(fakes.order(items=[fakes.item(ADA, 'pending')]))
        self.succeed("desktop create Ada --data-image ''" + SPEC)
        self.assertEqual([], self._sent()['data_images'])

    def test_every_option(self):
        self._answer(fakes.order(items=[fakes.item(ADA, 'pending')]))
        self.succeed(
            'desktop create Ada --boot-from-volume 30 --count 1 --note n '
            '--name-template t --availability-zone z' + SPEC
        )
        self.assertEqual(
            {
                'name': 'Ada',
                'image_id': 'image-1',
                'flavor_id': 'flavor-1',
                'boot_from': 'volume',
                'volume_size': 30,
                'count': 1,
                'note': 'n',
                'name_template': 't',
                'availability_zone': 'z',
            },
            self._sent(),
        )

    def test_how_it_is_reached_and_prepared(self):
        """T7, T8, V17, V20"""
        self._answer(fakes.order(items=[fakes.item(ADA, 'pending')]))
        self.know_networks('public', 'network-2')
        folder = self.useFixture(fixtures.TempDir())
        with open(folder.join('run.sh'), 'w') as file:
            file.write('#!/bin/sh\necho 学\n')
        self.succeed(
            'desktop create Ada --floating-network public --remote-access '
            'rdp,ssh --component join --component tools --no-keep-running '
            '--user-data %s' % folder.join('run.sh') + SPEC
        )
        self.assertEqual(
            {
                'name': 'Ada',
                'image_id': 'image-1',
                'flavor_id': 'flavor-1',
                'floating_network_id': 'network-2',
                'remote_protocols': ['rdp', 'ssh'],
                'components': ['join', 'tools'],
                'user_data': '#!/bin/sh\necho 学\n',
                'keep_running': False,
            },
            self._sent(),
        )

    def test_login(self):
        """V15: a password is never a word of the command line."""
        folder = self.useFixture(fixtures.TempDir())
        for name, text in (('pw', 'swordfish\n'), ('key', ' ssh-rsa A a\n')):
            with open(folder.join(name), 'w') as file:
                file.write(text)
        for options, way in (
            ('--password-file ' + folder.join('pw'), 'password=swordfish'),
            ('--password-prompt', 'password=typed in'),
            ('--public-key ' + folder.join('key'), 'public_key=ssh-rsa A a'),
            ('--key-name mine', 'key_name=mine'),
        ):
            self._answer(fakes.order(items=[fakes.item(ADA, 'pending')]))
            with mock.patch(
                'getpass.getpass', autospec=True, return_value='typed in'
            ):
                self.succeed(
                    'desktop create Ada --login ada %s' % options + SPEC
                )
            method, _equals, value = way.partition('=')
            sent = self.cloud.calls('POST')[-1][2]['login']
            self.assertEqual({'user': 'ada', method: value}, sent)

    def test_debug_output_is_for_pasting(self):
        """House rule 11: nobody's password or script is in it."""
        folder = self.useFixture(fixtures.TempDir())
        for name, text in (('pw', 'swordfish\n'), ('run', '#!sesame\n')):
            with open(folder.join(name), 'w') as file:
                file.write(text)
        for options in (
            '--login ada --password-file ' + folder.join('pw'),
            '--user-data ' + folder.join('run'),
        ):
            self._answer(fakes.order(items=[fakes.item(ADA, 'pending')]))
            code, out, err = self.openstack(
                '--debug desktop create Ada %s' % options + SPEC
            )
            self.assertEqual(0, code, err)
            self.assertIn('REQ: curl', err)
            for secret in ('swordfish', 'sesame'):
                self.assertNotIn(secret, out + err)

    def test_a_login_that_cannot_be(self):
        create = 'desktop create Ada' + SPEC
        self.assertIn('--key-name', self.complain(create + ' --login ada'))
        for way in ('--key-name mine', '--public-key f', '--password-prompt'):
            self.assertIn('need --login', self.complain(f'{create} {way}'))
        with mock.patch(
            'getpass.getpass', autospec=True, side_effect=['one', 'two']
        ):
            line = create + ' --login ada --password-prompt'
            self.assertIn('differ', self.complain(line))
        self.assertEqual([], self.cloud.calls('POST'))

    def test_user_data_that_cannot_be_read(self):
        code, _out, err = self.openstack(
            'desktop create Ada --user-data /nowhere' + SPEC
        )
        self.assertEqual(1, code)
        self.assertIn('/nowhere cannot be read', err)

    def test_tags(self):
        self._answer(fakes.order(items=[fakes.item(ADA, 'pending')]))
        self.succeed('desktop create Ada --tag red --tag blue' + SPEC)
        self.assertEqual(['red', 'blue'], self._sent()['tags'])

    def test_volume_of_the_smallest_size(self):
        self._answer(fakes.order(items=[fakes.item(ADA, 'pending')]))
        self.succeed('desktop create Ada --boot-from-volume 0' + SPEC)
        self.assertEqual('volume', self._sent()['boot_from'])
        self.assertNotIn('volume_size', self._sent())

    def test_wait(self):
        self._answer(
            fakes.order(items=[fakes.item(ADA, 'running')]),
            fakes.order('succeeded', [fakes.item(ADA)]),
        )
        code, out, err = self.openstack('desktop create Ada --wait' + SPEC)
        self.assertEqual(0, code)
        self.assertIn('running', out)
        self.assertEqual(
            ' 50 %  desktop.create, 0/1 desktop, server 0/1\n'
            '100 %  desktop.create, 1/1 desktop, succeeded\n',
            err,
        )

    def test_quiet(self):
        self._answer(fakes.order('succeeded', [fakes.item(ADA)]))
        line = '-q desktop create Ada --wait' + SPEC
        self.assertEqual('', self.openstack(line)[2])

    def test_a_batch_is_a_list(self):
        """V10"""
        items = [fakes.item(ADA, 'pending'), fakes.item(BOB, 'pending')]
        self._answer(fakes.order(items=items))
        line = 'desktop create class --count 2' + SPEC
        listed = self.json(line)
        self.assertEqual(['Ada', 'Bob'], [row['Name'] for row in listed])
        out = self.succeed(line + ' -f value -c name -c status')
        self.assertEqual('Ada running\nBob running\n', out)
        self.assertIn('| Bob', self.succeed(line))

    def test_a_batch_needs_a_format_for_lists(self):
        line = 'desktop create class --count 2 -f shell' + SPEC
        self.complain(line)
        self.assertEqual([], self.cloud.calls('POST'))

    def test_failure(self):
        """The desktop is shown, its fault told, the shell gets 1."""
        self.know(ADA | {'status': 'fault', 'fault': FAULT})
        items = [fakes.item(ADA, 'failed', FAULT)]
        order = fakes.order('failed', items)
        self._answer(order)
        code, out, err = self.openstack('desktop create Ada --wait' + SPEC)
        self.assertEqual(1, code)
        self.assertIn('fault', out)
        self.assertIn('Ada: No valid host.\\x1b[2J\n', err)
        self.assertIn('failed for 1 of 1 desktop.', err)
        self.assertIn('desktop work order retry ' + order['id'], err)
        self.assertNotIn('\x1b', out + err)

    def test_failure_of_the_order_as_a_whole(self):
        fault = {'code': 'internal_error', 'message': 'It broke.'}
        items = [fakes.item(ADA, 'pending')]
        self._answer(fakes.order('failed', items, fault=fault))
        err = self.complain('desktop create Ada --wait' + SPEC)
        self.assertIn('\nIt broke.\n', err)

    def test_cancelled_meanwhile(self):
        order = fakes.order('cancelled', [fakes.item(ADA, 'undone')])
        self._answer(order)
        err = self.complain('desktop create Ada --wait' + SPEC)
        self.assertIn('was cancelled', err)

    def test_ctrl_c_leaves_the_order_alone(self):
        order = fakes.order(items=[fakes.item(ADA, 'running')])
        self.cloud.answer('POST', '/desktops', order)
        self.cloud.requests.get(
            f'{fakes.API}/work-orders/{order["id"]}', exc=KeyboardInterrupt
        )
        err = self.complain('desktop create Ada --wait' + SPEC, code=130)
        self.assertIn('desktop work order show --wait ' + order['id'], err)
        self.assertEqual(1, len(self.cloud.calls('POST')))

    def test_an_image_that_is_not_there(self):
        self.cloud.requests.get(
            'http://image.example.org/v2/images', json={'images': []}
        )
        self.cloud.requests.get(
            'http://image.example.org/v2/images/no', status_code=404
        )
        err = self.complain('desktop create Ada --image no --flavor f')
        self.assertEqual('No image found for: no\n', err)

    def test_a_size_that_is_none(self):
        for option in ('--boot-from-volume x', '--count -1'):
            line = f'desktop create Ada {option}' + SPEC
            self.complain(line, code=2)


class ListTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know_images('win11', 'image-1')
        self.call = self.cloud.answer(
            'GET', '/desktops', {'desktops': [ADA, BOB]}
        )

    def _asked(self):
        return {
            key: value for key, (value,) in self.call.last_request.qs.items()
        }

    def test_table(self):
        out = self.succeed('desktop list')
        self.assertIn('| ID ', out)
        self.assertIn('| Ada  | running | 10.0.0.5 ', out)

    def test_columns_are_chosen(self):
        """V6"""
        out = self.succeed('desktop list -c Status -c Name -f value')
        self.assertEqual('Ada running\nBob running', out.strip())

    def test_filters(self):
        """V7"""
        self.know_pools(fakes.pool('class'))
        self.succeed(
            'desktop list --status off,fault --name Ada --query 10.0.0.5 '
            '--image win11 --pool class --sort name:desc'
        )
        self.assertEqual(
            {
                'status': 'off,fault',
                'name': 'ada',
                'q': '10.0.0.5',
                'image_id': 'image-1',
                'pool_id': fakes.pool('class')['id'],
                'sort_key': 'name',
                'sort_dir': 'desc',
            },
            self._asked(),
        )

    def test_one_page(self):
        self.succeed('desktop list --limit 2 --marker m')
        self.assertEqual(
            {'limit': '2', 'marker': 'm', 'sort_key': 'name'}, self._asked()
        )
        self.assertEqual(1, self.call.call_count)

    def test_all_projects(self):
        (row, _bob) = self.json('desktop list --all-projects')
        self.assertEqual('true', self._asked()['all_projects'])
        self.assertEqual(fakes.PROJECT_ID, row['Project ID'])

    def test_a_project_that_we_may_not_read(self):
        self.cloud.requests.get(
            fakes.AUTH_URL + '/projects/p1', status_code=403
        )
        self.cloud.requests.get(fakes.AUTH_URL + '/projects', status_code=403)
        self.succeed('desktop list --project p1')
        self.assertEqual(
            {'all_projects': 'true', 'project_id': 'p1', 'sort_key': 'name'},
            self._asked(),
        )

    def test_totals(self):
        """V8"""
        summary = {'count': 12, 'vcpus': 24, 'ram': 49152, 'disk': 240}
        self.cloud.answer(
            'GET', '/desktops', {'desktops': [ADA], 'summary': summary}
        )
        code, _out, err = self.openstack('desktop list --totals --limit 1')
        self.assertEqual(0, code)
        self.assertEqual(
            '12 desktops: 24 vCPUs, 48 GiB RAM, 240 GiB disk\n', err
        )

    def test_a_sort_that_is_none(self):
        self.complain('desktop list --sort name:up', code=2)
        told = self.complain('desktop list --sort colour', code=2)
        self.assertIn('nothing is sorted by colour; by created_at, ', told)

    def test_text_of_others_cannot_steer_the_terminal(self):
        evil = BOB | {'name': 'x\x1b]0;y\x07', 'note': 'a\x1b[2J'}
        self.cloud.answer('GET', '/desktops', {'desktops': [evil]})
        for form in ('table', 'value', 'csv', 'yaml', 'json'):
            out = self.succeed(f'desktop list --long -f {form}')
            self.assertNotIn('\x1b', out, form)
        (row,) = self.json('desktop list --long')
        self.assertEqual(evil['note'], row['Note'])


class ShowTest(base.ShellTest):
    def test_for_people(self):
        """V1"""
        self.know(ADA | {'volume_size': 20})
        out = self.succeed('desktop show Ada')
        self.assertRegex(out, r'\| ram +\| 2 GiB +\|')
        self.assertRegex(out, r'\| pool_id +\|  +\|')

    def test_for_machines(self):
        self.know(ADA)
        shown = self.json('desktop show ' + ADA['id'])
        expected = {key: ADA[key] for key in ADA if key != 'links'}
        self.assertEqual(expected, shown)

    def test_unknown(self):
        self.cloud.refuse('GET', '/desktops/Eve', 404, 'Unknown.')
        self.cloud.answer('GET', '/desktops?name=Eve', {'desktops': []})
        err = self.complain('desktop show Eve')
        self.assertEqual('No desktop found for: Eve\n', err)

    def test_two_of_the_same_name(self):
        self.know(ADA, ADA | {'id': 'other'})
        err = self.complain('desktop show Ada')
        self.assertIn('give the id', err)

    def test_an_empty_name_is_no_name(self):
        self.complain("desktop show ''")
        self.assertEqual([], self.cloud.calls())


class SetTest(base.ShellTest):
    def test_name_and_note(self):
        """V32, V36"""
        self.know(ADA)
        self.cloud.answer('PATCH', '/desktops/' + ADA['id'], ADA)
        self.succeed("desktop set Ada --name Eva --note ''")
        (call,) = self.cloud.calls('PATCH')
        self.assertEqual({'name': 'Eva', 'note': ''}, call[2])

    def test_tags(self):
        self.know(ADA)
        for options, tags in (
            ('--tag red --tag blue', ['blue', 'red', 'room-3']),
            ('--no-tag', []),
            ('--no-tag --tag red', ['red']),
        ):
            self.cloud.answer('PATCH', '/desktops/' + ADA['id'], ADA)
            self.succeed('desktop set Ada ' + options)
            self.assertEqual({'tags': tags}, self.cloud.calls('PATCH')[-1][2])

    def test_nothing_to_set(self):
        self.complain('desktop set Ada')
        self.assertEqual([], self.cloud.calls())


class ErrorTest(base.ShellTest):
    def test_the_message_of_the_service_on_one_line(self):
        message = 'size is 900;\nthe limit is 200.\x1b[31m'
        self.cloud.refuse('GET', '/desktops', 400, message)
        err = self.complain('desktop list')
        self.assertEqual('size is 900; the limit is 200.\\x1b[31m\n', err)

    def test_a_fault_of_the_service_names_the_request(self):
        self.cloud.refuse('GET', '/desktops', 500, 'Internal error.')
        err = self.complain('desktop list')
        self.assertEqual('Internal error. (HTTP 500, req-1)\n', err)

    def test_no_json_at_all(self):
        self.cloud.answer(
            'GET', '/desktops', {'status_code': 502, 'text': '<b>bad</b>'}
        )
        self.assertIn('HTTP 502', self.complain('desktop list'))


class NoServiceTest(base.ShellTest):
    def test_a_cloud_without_desktops(self):
        self.cloud.endpoint = None
        self.cloud._add_identity()
        err = self.complain('desktop list')
        self.assertIn('desktop', err)
        self.assertEqual(1, err.count('\n'))
