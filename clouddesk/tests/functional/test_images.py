"""The catalogue of images, over an emulated Glance."""

import csv
import io

import requests

from clouddesk.db.api import images as images_db
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base


class CatalogueTest(base.FunctionalTestCase):
    def make(self, name, project_id=None, **values):
        values = {'visibility': 'private'} | values
        project_id = project_id or self.school.project_id
        return self.cloud.glance.create_image(project_id, name, **values)

    def names(self, api=None, **query):
        found = (api or self.api).get('/images', sort_key='name', **query)
        return [image['name'] for image in found['images']]

    def refused(self, call, *args, **kwargs):
        return self.assertRaises(service.Refusal, call, *args, **kwargs)

    def test_one_list(self):
        """I2, S1, S2, M1: stock images, own ones and accepted ones."""
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        other = self.school.other_project_id
        self.make('mine', description='for the maths class')
        self.make('stopped', status='deactivated')
        self.make('hidden', os_hidden=True)
        theirs = self.make('theirs', other, visibility='shared')
        self.make('secret', other)
        self.assertEqual(['mine', 'win11'], self.names())
        self.assertEqual(
            ['win11'], self.names(self.service.client('stranger'), q='11')
        )
        members = {self.school.project_id: 'pending'}
        self.cloud.glance.members[theirs] = members
        self.assertEqual(['mine', 'win11'], self.names())
        self.act('images', theirs, 'respond', status='accepted')
        self.assertEqual({self.school.project_id: 'accepted'}, members)
        self.assertEqual(['mine', 'theirs', 'win11'], self.names())
        self.assertEqual(['mine'], self.names(q='MATHS'))
        self.assertEqual(['stopped'], self.names(status='deactivated'))
        self.assertEqual(['hidden'], self.names(hidden='true'))

    def test_a_limit_of_thousands_of_digits(self):
        """M10: what somebody wrote into Glance hurts nobody."""
        image = self.cloud.glance.images[self.school.image_id]
        image['clouddesk_max_ram'] = '9' * 5000
        self.assertIn('win11', self.names())
        self.assertIsNone(self.api.get('/images/' + image['id'])['max_ram'])
        self.finish(self.create_pool(1))

    def test_pages(self):
        """T4: each image once, whoever filters."""
        for number in range(7):
            note = 'odd' if number % 2 else 'even'
            self.make('i%d' % number, description=note)
        for query, expected in (({}, 8), ({'q': 'odd'}, 3)):
            seen, marker = [], {}
            while True:
                page = self.api.get(
                    '/images', sort_key='name', limit=2, **query, **marker
                )
                seen += [image['name'] for image in page['images']]
                if not page['links']:
                    break
                marker = {'marker': page['images'][-1]['id']}
            self.assertEqual(sorted(set(seen)), seen)
            self.assertEqual(expected, len(seen))
        refused = self.refused(
            self.api.get, '/images', marker=self.school.network_id
        )
        self.assertEqual('marker', refused.error['details']['field'])

    def test_edit(self):
        """I3, I4, M10, M17, T6: and nothing of it is ours alone."""
        image_id = self.make('mine')
        url = '/images/' + image_id
        self.api.patch(
            url,
            name='yours',
            note='memo',
            kind='system',
            max_ram=4096,
            min_vcpus=2,
            multiqueue=True,
            os_distro='debian',
            tags=['b', 'a'],
            properties={'hw_machine_type': 'q35'},
        )
        kept = self.cloud.glance.images[image_id]
        self.assertEqual(
            ('yours', 'memo', '4096', '2', 'true', 'q35'),
            tuple(
                kept[key]
                for key in (
                    'name',
                    'description',
                    'clouddesk_max_ram',
                    'clouddesk_min_vcpus',
                    'hw_vif_multiqueue_enabled',
                    'hw_machine_type',
                )
            ),
        )
        image = self.api.patch(
            url,
            note='',
            max_ram=None,
            tags=[],
            properties={'hw_machine_type': None},
        )
        self.assertEqual(
            ('', None, [], {}, 2),
            tuple(
                image[key]
                for key in (
                    'note',
                    'max_ram',
                    'tags',
                    'properties',
                    'min_vcpus',
                )
            ),
        )

    def test_going_public(self):
        """I4: refused for who may not, and all of the edit with it."""
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        image_id = self.make('mine')
        url = '/images/' + image_id
        refused = self.refused(
            self.api.patch, url, visibility='public', note='x'
        )
        self.assertEqual((403, 'forbidden'), (refused.status, refused.code))
        self.assertEqual('visibility', refused.error['details']['field'])
        self.assertEqual('', self.api.get(url)['note'])
        root = self.service.client('root')
        shown = root.patch(url, visibility='public')
        self.assertEqual('public', shown['visibility'])
        stranger = self.service.client('stranger')
        self.assertEqual('mine', stranger.get(url)['name'])
        refused = self.refused(stranger.patch, url, note='x')
        self.assertEqual(403, refused.status)
        self.api.patch(url, visibility='private')
        self.assertEqual(404, self.refused(stranger.get, url).status)

    def test_given_to_another_project(self):
        """S45: by an administrator only, with all else that was wanted."""
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        image_id = self.make('golden')
        url = '/images/' + image_id
        stock = self.school.service_project_id
        refused = self.refused(self.api.patch, url, owner=stock, note='x')
        self.assertEqual((403, 'forbidden'), (refused.status, refused.code))
        self.assertEqual('owner', refused.error['details']['field'])
        self.assertIn(stock, str(refused))
        # Who may not give is not told who there is, either.
        refused = self.refused(self.api.patch, url, owner='nobody')
        self.assertEqual(403, refused.status)
        root = self.service.client('root')
        refused = self.refused(root.patch, url, owner='nobody')
        self.assertEqual(400, refused.status)
        self.assertEqual('owner', refused.error['details']['field'])
        self.assertEqual('', self.api.get(url)['note'])
        shown = root.patch(url, owner=stock, visibility='public')
        self.assertEqual(
            (stock, 'public'), (shown['owner'], shown['visibility'])
        )
        stranger = self.service.client('stranger')
        self.assertEqual('golden', stranger.get(url)['name'])
        self.assertEqual(
            403, self.refused(self.api.patch, url, note='x').status
        )

    def test_what_is_retired_goes_for_its_new_owner(self):
        """S45, H14: the order that removes it is the new project's."""
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        image_id = self.make('golden')
        self.build_desktop(image_id=image_id)
        self.finish(self.act('images', image_id, 'retire'))
        root = self.service.client('root')
        other = self.school.other_project_id
        root.patch('/images/' + image_id, owner=other)
        self.assertEqual(other, images_db.find(image_id).project_id)

    def test_stopped_images_start_nothing(self):
        """T6, S4"""
        image_id = self.make('mine')
        self.assertEqual(
            'deactivated',
            self.act('images', image_id, 'deactivate')['status'],
        )
        wanted = self.spec(name='Ada') | {'image_id': image_id}
        refused = self.refused(self.api.post, '/desktops', **wanted)
        self.assertEqual('image_id', refused.error['details']['field'])
        self.act('images', image_id, 'activate')
        self.finish(self.api.post('/desktops', **wanted))

    def test_what_an_image_runs_on(self):
        """M2, M10: before anything is made, and by name of field and limit."""
        image_id = self.make('mine')
        wanted = self.spec() | {'image_id': image_id}
        for edit, field, limit in (
            ({'max_ram': 64}, 'flavor_id', 64),
            ({'max_ram': None, 'min_vcpus': 99}, 'flavor_id', 99),
            ({'min_vcpus': None, 'min_ram': 10**6}, 'flavor_id', 10**6),
            ({'min_ram': 0, 'kind': 'data'}, 'image_id', None),
        ):
            self.api.patch('/images/' + image_id, **edit)
            for noun, more in (
                ('desktops', {'name': 'Ada'}),
                ('pools', {'name': 'lab', 'size': 2}),
                ('templates', {'name': 'office'}),
                ('courses', {'name': 'maths', 'size': 2}),
            ):
                refused = self.refused(
                    self.api.post, '/' + noun, **wanted | more
                )
                details = refused.error['details']
                self.assertEqual(field, details['field'], (noun, edit))
                self.assertEqual(limit, details.get('limit'), (noun, edit))
        self.assertNothingLeft()

    def test_usage(self):
        """I1: from the sum, and from Glance's limits where it has them."""
        self.make('mine', size=5 << 20)
        usage = self.api.get('/images/usage')
        self.assertEqual('sum', usage['source'])
        # The school's own stock image is one MiB.
        self.assertEqual(6 << 20, usage['used'])
        self.cloud.glance.limits = {'image_size_total': 7}
        usage = self.api.get('/images/usage')
        self.assertEqual(
            (6 << 20, 7 << 20, 85, 'warning', 'limits'),
            tuple(
                usage[key]
                for key in ('used', 'total', 'percent', 'level', 'source')
            ),
        )

    def test_export(self):
        """M18: what the list of the same query shows."""
        self.make('mine', os_distro='debian', description='=1+1')
        answer = requests.get(
            self.service.url + '/v1/images/export',
            params={'columns': 'name,os_distro,note', 'sort_key': 'name'},
            headers={'X-Auth-Token': self.school.token('tina')},
            timeout=30,
        )
        self.assertEqual(200, answer.status_code, answer.text)
        rows = list(csv.reader(io.StringIO(answer.text, newline='')))
        self.assertEqual(
            [
                ['name', 'os_distro', 'note'],
                ['mine', 'debian', "'=1+1"],
                ['win11', '', ''],
            ],
            rows,
        )

    def test_a_glance_in_trouble(self):
        """Rule 9: 503, not 500; nothing is changed by halves."""
        image_id = self.make('mine')
        self.cloud.fault('image', path='images', status=503, times=None)
        for call in (
            lambda: self.api.get('/images'),
            lambda: self.api.get('/images/' + image_id),
            lambda: self.api.get('/images/usage'),
            lambda: self.api.patch('/images/' + image_id, note='x'),
            lambda: self.act('images', image_id, 'deactivate'),
        ):
            self.assertEqual(503, self.refused(call).status)
