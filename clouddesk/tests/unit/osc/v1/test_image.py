from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

WIN = fakes.image()
PATH = '/images/' + WIN['id']


class ImageTestCase(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know_our_images(WIN)

    def sent(self, method='PATCH'):
        return [body for _method, _path, body in self.cloud.calls(method)]


class ListTest(ImageTestCase):
    def listed(self, line):
        """What the API is asked for."""
        call = self.cloud.answer('GET', '/images', {'images': [WIN]})
        self.succeed('desktop image list ' + line)
        return call.last_request.qs

    def test_list(self):
        """T4: the columns of openstack image list, sorted by name."""
        call = self.cloud.answer('GET', '/images', {'images': [WIN]})
        (row,) = self.json('desktop image list')
        self.assertEqual(
            {'ID': WIN['id'], 'Name': 'win11', 'Status': 'active'}, row
        )
        query = call.last_request.qs
        self.assertEqual(['name'], query['sort_key'])
        self.assertEqual(['asc'], query['sort_dir'])

    def test_long(self):
        """T4"""
        self.cloud.answer('GET', '/images', {'images': [WIN]})
        out = self.succeed('desktop image list --long --human-readable')
        self.assertIn('10.7G', out)
        (row,) = self.json('desktop image list --long')
        self.assertEqual(WIN['size'], row['Size'])
        self.assertEqual(WIN['checksum'], row['Checksum'])
        out = self.succeed('desktop image list --long -f csv -c Name -c Tags')
        self.assertIn('win11', out)

    def test_filters(self):
        """T4: those of openstack image list, and ours."""
        asked = self.listed(
            '--public --property os_x=a,b --property hw_y=1 --tag a,b --tag c '
            '--name win11 --status active,queued --member-status pending '
            '--kind system --origin upload --query memo --min-size 1 '
            '--max-size 9 --disk-format qcow2 --container-format bare '
            '--sort name:desc,size --hidden'
        )
        self.assertEqual(
            {
                'visibility': ['public'],
                'property': ['os_x=a,b', 'hw_y=1'],
                'tag': ['a,b', 'c'],
                'name': ['win11'],
                'status': ['active,queued'],
                'member_status': ['pending'],
                'kind': ['system'],
                'origin': ['upload'],
                'q': ['memo'],
                'min_size': ['1'],
                'max_size': ['9'],
                'disk_format': ['qcow2'],
                'container_format': ['bare'],
                'sort_key': ['name,size'],
                'sort_dir': ['desc,asc'],
                'hidden': ['true'],
            },
            asked,
        )

    def test_a_page(self):
        """T4"""
        asked = self.listed('--limit 5 --marker ' + WIN['id'])
        page = (asked['limit'], asked['marker'])
        self.assertEqual((['5'], [WIN['id']]), page)

    def test_all_pages(self):
        """T4: a link carries each tag, and the SDK follows it."""
        other = fakes.image(id='image-2', name='win12')
        url = fakes.API + '/images?tag=a&tag=b&marker=' + WIN['id']
        link = {'rel': 'next', 'href': url}
        self.cloud.answer('GET', '/images', {'images': [WIN], 'links': [link]})
        last = self.cloud.answer(
            'GET', '/images?marker=' + WIN['id'], {'images': [other]}
        )
        rows = self.json('desktop image list --tag a --tag b')
        self.assertEqual(['win11', 'win12'], [row['Name'] for row in rows])
        self.assertEqual(['a', 'b'], last.last_request.qs['tag'])

    def test_wrong_keys(self):
        for line in ('--sort colour', '--sort name:up', '--sort ,'):
            self.complain('desktop image list ' + line, code=2)


class ShowTest(ImageTestCase):
    def test_by_name(self):
        """T4"""
        shown = self.json('desktop image show win11')
        self.assertEqual(WIN['properties'], shown['properties'])
        self.assertEqual(WIN['size'], shown['size'])
        self.assertEqual('memo', shown['note'])

    def test_for_people(self):
        """T4"""
        out = self.succeed('desktop image show win11 --human-readable')
        self.assertRegex(out, r'size +\| 10.7G')
        self.assertIn("hw_machine_type='q35'", out)
        self.assertIn('sha512:abc', out)

    def test_hidden_ones_are_found_by_name(self):
        old = fakes.image(id='image-2', name='old', hidden=True)
        self.know_our_images(hidden=[old])
        self.assertEqual('image-2', self.json('desktop image show old')['id'])

    def test_unknown(self):
        self.know_our_images(hidden=[])
        self.cloud.refuse('GET', '/images/none', 404, 'Unknown.')
        for hidden in ('false', 'true'):
            self.cloud.answer(
                'GET',
                '/images?name=none&status=all&hidden=' + hidden,
                {'images': []},
            )
        said = self.complain('desktop image show none')
        self.assertIn('No image found for: none', said)

    def test_usage(self):
        """I1"""
        usage = {'used': 9 * 10**9, 'total': 10**10, 'percent': 90}
        usage |= {'level': 'warning', 'source': 'limits'}
        self.cloud.answer('GET', '/images/usage', usage)
        self.assertEqual(usage, self.json('desktop image usage'))
        out = self.succeed('desktop image usage --human-readable')
        self.assertRegex(out, r'used +\| 9G')
        self.assertIn('90 %', out)
        self.assertIn('warning', out)


class EditTest(ImageTestCase):
    def setUp(self):
        super().setUp()
        self.cloud.answer('PATCH', PATH, WIN)

    def test_set(self):
        """T6, M10: the options of openstack image set, and ours."""
        self.succeed(
            'desktop image set win11 --name win12 --note memo --min-disk 20 '
            '--min-ram 512 --max-ram 8192 --min-vcpus 2 --multiqueue '
            '--kind system --architecture x86_64 --os-type windows '
            '--os-distro windows --os-version 11 --instance-id i '
            '--kernel-id k --ramdisk-id r --property hw_x=1 --tag b '
            '--protected --private --unhidden --disk-format raw '
            '--container-format bare'
        )
        self.assertEqual(
            [
                {
                    'name': 'win12',
                    'note': 'memo',
                    'min_disk': 20,
                    'min_ram': 512,
                    'max_ram': 8192,
                    'min_vcpus': 2,
                    'multiqueue': True,
                    'kind': 'system',
                    'architecture': 'x86_64',
                    'os_type': 'windows',
                    'os_distro': 'windows',
                    'os_version': '11',
                    'properties': {
                        'hw_x': '1',
                        'instance_uuid': 'i',
                        'kernel_id': 'k',
                        'ramdisk_id': 'r',
                    },
                    'tags': ['a', 'b'],
                    'protected': True,
                    'visibility': 'private',
                    'hidden': False,
                    'disk_format': 'raw',
                    'container_format': 'bare',
                }
            ],
            self.sent(),
        )

    def test_set_project(self):
        """S45: by name, and by id for who may not look it up."""
        projects = 'http://identity.example.org/v3/projects'
        requests = self.cloud.requests
        requests.get(f'{projects}/stock', status_code=404)
        found = {'projects': [{'id': 'p1', 'name': 'stock'}]}
        requests.get(f'{projects}?name=stock', json=found)
        self.succeed('desktop image set win11 --project stock --public')
        requests.get(f'{projects}/p2', status_code=403)
        requests.get(f'{projects}?name=p2', status_code=403)
        self.succeed('desktop image set win11 --project p2')
        self.assertEqual(
            [{'owner': 'p1', 'visibility': 'public'}, {'owner': 'p2'}],
            self.sent(),
        )

    def test_further_disks(self):
        """M21: a whole machine is put together, and taken apart."""
        self.succeed('desktop image set win11 --data-image win11')
        self.succeed("desktop image set win11 --data-image ''")
        self.assertEqual(
            [{'data_images': [WIN['id']]}, {'data_images': []}], self.sent()
        )

    def test_activate_and_deactivate(self):
        """T6"""
        for verb in ('activate', 'deactivate'):
            self.cloud.answer('POST', '%s/actions/%s' % (PATH, verb), WIN)
            self.succeed('desktop image set win11 --' + verb)
        self.assertEqual([], self.sent())
        self.assertEqual([{}, {}], self.sent('POST'))

    def share(self, *images):
        """What other projects offer this one."""
        query = '?visibility=shared&member_status=all&status=all&name='
        for name in ('win11', 'theirs'):
            same = [each for each in images if each['name'] == name]
            self.cloud.answer(
                'GET', '/images' + query + name, {'images': same}
            )

    def test_one_that_waits_is_accepted_by_its_name(self):
        """T6: it is in no other list."""
        theirs = fakes.image('theirs', owner='another', visibility='shared')
        self.share(theirs)
        path = '/images/%s/actions/respond' % theirs['id']
        call = self.cloud.answer('POST', path, theirs)
        self.succeed('desktop image set theirs --accept')
        self.assertEqual({'status': 'accepted'}, call.last_request.json())
        self.share(theirs, theirs | {'id': WIN['id']})
        said = self.complain('desktop image set theirs --accept')
        self.assertIn('Several have the name theirs', said)
        # What this project shares is not offered to it.
        self.share(WIN | {'owner': fakes.PROJECT_ID})
        self.cloud.answer('POST', PATH + '/actions/respond', WIN)
        self.succeed('desktop image set win11 --reject')

    def test_accept_and_reject(self):
        """T6"""
        self.share()
        self.cloud.answer('POST', PATH + '/actions/respond', WIN)
        for option in ('--accept', '--reject', '--pending'):
            self.succeed('desktop image set win11 ' + option)
        self.assertEqual(
            [
                {'status': status}
                for status in ('accepted', 'rejected', 'pending')
            ],
            self.sent('POST'),
        )

    def test_what_glance_refuses(self):
        """I4: going public is not for everybody."""
        message = 'visibility: you may not make an image public here.'
        self.cloud.refuse('PATCH', PATH, 403, message)
        said = self.complain('desktop image set win11 --public')
        self.assertIn(message, said)

    def test_nothing(self):
        for verb in ('set', 'unset'):
            said = self.complain('desktop image %s win11' % verb)
            self.assertIn('Give what shall change.', said)

    def test_unset(self):
        """T6"""
        self.succeed(
            'desktop image unset win11 --tag a --property hw_machine_type '
            '--property max_ram --property os_distro --property description'
        )
        self.assertEqual(
            [
                {
                    'tags': [],
                    'max_ram': None,
                    'os_distro': None,
                    'note': '',
                    'properties': {'hw_machine_type': None},
                }
            ],
            self.sent(),
        )

    def test_unset_what_is_not_there(self):
        """T6: the rest is done."""
        said = self.complain(
            'desktop image unset win11 --tag a --tag x --property hw_none'
        )
        self.assertIn('The image has no hw_none, x.', said)
        self.assertEqual([{'tags': []}], self.sent())
        self.complain('desktop image unset win11 --tag x')
        self.assertEqual(1, len(self.sent()))
