from urllib import parse

import ddt

from clouddesk import cloud
from clouddesk import context
from clouddesk import exceptions
from clouddesk.cloud import image_list
from clouddesk.tests.unit.cloud import base

PLENTY = 5000


@ddt.ddt
class ImageListTest(base.CloudTestCase):
    def setUp(self):
        super().setUp()
        self.glance = self.emulator.glance
        self.glance.images.clear()

    def make(self, name, project=None, **values):
        project = project or self.school.project_id
        values = {'visibility': 'private'} | values
        return self.glance.create_image(project, name, **values)

    def names(self, count=PLENTY, seen_by=None, **wanted):
        """The names of a list, which is sorted by them."""
        wanted = {'sort': (('name', 'asc'),)} | wanted
        found = (seen_by or self.cloud).image.list_(
            image_list.Wanted(**wanted), count
        )
        return [image.name for image in found]

    def asked(self):
        """The queries of all lists."""
        return [
            parse.parse_qs(call.query)
            for call in self.emulator.calls('image', 'GET')
        ]

    def test_whose(self):
        """I2, S1, M1: public ones, own ones and accepted ones in one list."""
        other = self.school.other_project_id
        self.make('a-own')
        self.make('b-public', other, visibility='public')
        self.make('c-private', other)
        self.make('d-community', other, visibility='community')
        shared = {
            said: self.make(said, other, visibility='shared')
            for said in ('x-accepted', 'y-pending', 'z-rejected')
        }
        for said, image_id in shared.items():
            members = {self.school.project_id: said[2:]}
            self.glance.members[image_id] = members
        self.assertEqual(['a-own', 'b-public', 'x-accepted'], self.names())
        self.assertEqual(
            ['y-pending'],
            self.names(visibility='shared', member_status='pending'),
        )
        self.assertEqual(['d-community'], self.names(visibility='community'))
        self.assertEqual(['b-public'], self.names(visibility='public'))
        self.assertEqual(['a-own'], self.names(owner=self.school.project_id))
        self.assertEqual(
            ['a-own', 'b-public', 'd-community', 'x-accepted'],
            self.names(visibility='all'),
        )

    def test_what_glance_filters(self):
        """T4: nothing but what is wanted crosses the wire."""
        match = {
            'status': 'queued',
            'size': 5,
            'disk_format': 'raw',
            'container_format': 'ova',
            'tags': ['a', 'b,c'],
            'os_distro': 'debian',
            'clouddesk_kind': 'data',
            'clouddesk_origin': 'iso',
            'os_hidden': True,
        }
        self.make('in:x', **match)
        for key in match:
            rest = {k: v for k, v in match.items() if k != key}
            self.make('in:x', **rest | ({'size': 9} if key == 'size' else {}))
        found = self.names(
            name='in:x',
            statuses=('queued', 'saving'),
            min_size=5,
            max_size=5,
            disk_format='raw',
            container_format='ova',
            tags=('a', 'b,c'),
            properties={'os_distro': 'debian'},
            kind='data',
            origin='iso',
            hidden=True,
        )
        self.assertEqual(['in:x'], found)
        (query,) = self.asked()
        self.assertEqual(['in:queued,saving'], query['status'])
        self.assertEqual(['a', 'b,c'], query['tag'])

    def test_text(self):
        """I2, I3: by a part of the name or of the note."""
        self.make('a-Win11')
        self.make('b', description='for WINdows classes')
        self.make('c', description='nothing')
        nameless = self.make('d')
        self.glance.images[nameless]['name'] = None
        self.assertEqual(['a-Win11', 'b'], self.names(text='win'))

    def test_kind(self):
        """M2: a system disk is what nobody has said anything of."""
        for name, kind in (('a', None), ('b', 'system'), ('c', 'data')):
            said = {'clouddesk_kind': kind} if kind else {}
            self.make(name, **said)
        self.assertEqual(['a', 'b'], self.names(kind='system'))
        self.assertEqual(['c'], self.names(kind='data'))

    @ddt.data('limit', 'hw_cpu_min', 'os_hash_value', 'name', 'save', 'x.y')
    def test_a_property_that_glance_would_take_for_something_else(self, key):
        """T4: and it does not stumble over it."""
        self.make('a', **{key: '5'} if key != 'name' else {'x': '1'})
        self.make('b')
        wanted = {key: 'a' if key == 'name' else '5'}
        self.assertEqual(['a'], self.names(properties=wanted))

    def test_pages(self):
        """As few of Glance's as there can be."""
        for number in range(2005):
            self.make('i%04d' % number)
        self.assertEqual(2005, len(self.names()))
        self.assertEqual(
            [['1000']] * 3, [query['limit'] for query in self.asked()]
        )
        self.assertEqual(
            ['i%04d' % number for number in range(7)], self.names(7)
        )
        self.assertEqual(['7'], self.asked()[-1]['limit'])
        self.assertEqual(1001, len(self.names(1001)))
        limits = [query['limit'] for query in self.asked()]
        self.assertEqual([['1000'], ['1']], limits[-2:])
        marker = next(iter(self.glance.images))
        self.assertEqual(['i0001'], self.names(1, marker=marker))

    def test_pages_of_what_is_looked_at_here(self):
        for number in range(1500):
            self.make('i%04d' % number, description='x' * (number % 500 == 0))
        self.assertEqual(['i0000', 'i0500', 'i1000'], self.names(3, text='x'))
        self.assertEqual(2, len(self.asked()))

    def test_two_keys(self):
        for name, size in (('a', 2), ('b', 1), ('c', 2)):
            self.make(name, size=size)
        sort = (('size', 'desc'), ('name', 'desc'))
        self.assertEqual(['c', 'a', 'b'], self.names(sort=sort))

    def test_the_room_that_is_taken(self):
        """I1: hidden ones count, those of others do not."""
        self.make('a', size=5)
        self.make('b', size=7, os_hidden=True)
        self.make('c', size=None, status='queued')
        other = self.school.other_project_id
        self.make('d', other, size=11, visibility='public')
        used = self.cloud.image.used(self.school.project_id)
        self.assertEqual(12, used)

    def test_a_glance_that_fails(self):
        self.emulator.fault('image', path='images', status=503)
        error = self.assertRaises(exceptions.CloudError, self.names)
        self.assertTrue(error.transient)

    def test_a_glance_that_refuses(self):
        error = self.assertRaises(
            exceptions.CloudError, self.names, sort=(('colour', 'asc'),)
        )
        self.assertEqual(400, error.answered)

    def test_the_callers_own_eyes(self):
        """Rule 10"""
        self.make('mine')
        stranger = context.RequestContext(
            auth_token=self.school.token('stranger'),
            project_id=self.school.other_project_id,
            overwrite=False,
        )
        seen_by = cloud.for_user(stranger)
        self.assertEqual([], self.names(seen_by=seen_by))
