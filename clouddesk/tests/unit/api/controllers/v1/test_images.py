"""``/v1/images``: the catalogue"""

import dataclasses

import ddt

from clouddesk import exceptions
from clouddesk.cloud import image_list
from clouddesk.cloud import types
from clouddesk.db.api import image_orders
from clouddesk.db.api import images as images_db
from clouddesk.tests.unit.api import base

URL = '/v1/images'
ONE = '%s/%s' % (URL, base.IMAGE)
GIB = 2**30


class ImagesTestCase(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.images = self.cloud.user.image
        self.known = self.images.get.return_value

    def found(self, *values):
        """Let Glance find images like the known one, with other values."""
        images = [dataclasses.replace(self.known, **each) for each in values]
        self.images.list_.side_effect = lambda wanted, count: iter(
            images[:count]
        )
        return images

    def wanted(self, query=''):
        """What the cloud room is asked for."""
        answer = self.get(URL + query)
        self.assertEqual(200, answer.status_int, answer.text)
        (wanted, _count), _kwargs = self.images.list_.call_args
        return wanted

    def forbid(self, name, reason):
        error = exceptions.CloudForbidden(service='Glance', reason=reason)
        getattr(self.images, name).side_effect = error


@ddt.ddt
class ListTest(ImagesTestCase):
    def test_normal_ones_by_default(self):
        """S2"""
        self.assertEqual(
            image_list.Wanted(statuses=('active',)), self.wanted()
        )

    def test_filters(self):
        """T4"""
        wanted = self.wanted(
            '?name=a&q=b&status=queued,saving&visibility=shared'
            '&member_status=pending&tag=c,d&tag=e&property=os_x=f,g'
            '&property=y=&owner=p&kind=data&origin=iso&hidden=false'
            '&min_size=1&max_size=2&disk_format=raw&container_format=bare'
            '&marker=%s&sort_key=name,created_at' % base.UNKNOWN
        )
        self.assertEqual(
            image_list.Wanted(
                name='a',
                text='b',
                statuses=('queued', 'saving'),
                visibility='shared',
                member_status='pending',
                tags=('c,d', 'e'),
                properties={'os_x': 'f,g', 'y': ''},
                owner='p',
                kind='data',
                origin='iso',
                hidden=False,
                min_size=1,
                max_size=2,
                disk_format='raw',
                container_format='bare',
                marker=base.UNKNOWN,
                sort=(('name', 'asc'), ('created_at', 'desc')),
            ),
            wanted,
        )

    @ddt.data(
        ('?status=all', ()),
        ('?hidden=true', ()),
        ('?hidden=true&status=active', ('active',)),
        ('?status=queued,all', ()),
    )
    @ddt.unpack
    def test_statuses(self, query, statuses):
        self.assertEqual(statuses, self.wanted(query).statuses)

    @ddt.data(
        ('sort_key=name,size&sort_dir=desc', ('desc', 'desc')),
        ('sort_key=name,size&sort_dir=desc,asc', ('desc', 'asc')),
        ('sort_dir=asc', ('asc',)),
    )
    @ddt.unpack
    def test_directions(self, query, expected):
        sort = self.wanted('?' + query).sort
        self.assertEqual(expected, tuple(each for _key, each in sort))

    @ddt.data(
        ('sort_key=colour', 'sort_key'),
        ('sort_key=name&sort_dir=up', 'sort_dir'),
        ('sort_key=name&sort_dir=asc,desc', 'sort_dir'),
        ('status=broken', 'status'),
        ('visibility=secret', 'visibility'),
        ('member_status=maybe', 'member_status'),
        ('kind=disk', 'kind'),
        ('origin=moon', 'origin'),
        ('property=novalue', 'property'),
        ('property==1', 'property'),
        ('tag=', 'tag'),
        ('tag=a&tag=a', 'tag'),
        ('name=a&name=b', 'name'),
        ('hidden=maybe', 'hidden'),
        ('min_size=-1', 'min_size'),
        ('max_size=%d' % 2**63, 'max_size'),
        ('disk_format=QCOW%20', 'disk_format'),
        ('owner=../x', 'owner'),
        ('limit=1001', 'limit'),
        ('all_projects=true', 'all_projects'),
    )
    @ddt.unpack
    def test_bad_queries(self, query, field):
        error = self.assert_error(
            self.get('%s?%s' % (URL, query)), 400, 'invalid'
        )
        self.assertTrue(error['details']['field'].startswith(field), error)
        self.images.list_.assert_not_called()

    def test_pages(self):
        """T4: the link carries the whole query."""
        self.found({'id': base.IMAGE}, {'id': base.UNKNOWN})
        answer = self.get(URL + '?limit=1&tag=a&tag=b').json
        self.assertEqual(1, len(answer['images']))
        (link,) = answer['links']
        self.assertEqual(
            'limit=1&tag=a&tag=b&marker=' + base.IMAGE,
            link['href'].partition('?')[2],
        )
        self.assertEqual([], self.get(URL + '?limit=2').json['links'])

    def test_a_marker_that_there_is_not(self):
        self.images.list_.side_effect = exceptions.CloudError(
            service='Glance', reason='No image found', answered=400
        )
        self.images.get.side_effect = exceptions.CloudNotFound(
            kind='image', id=base.UNKNOWN
        )
        answer = self.get('%s?marker=%s' % (URL, base.UNKNOWN))
        self.assert_error(answer, 400, 'invalid', 'marker')

    def test_a_glance_that_does_not_answer(self):
        self.images.list_.side_effect = exceptions.CloudError(
            service='Glance', reason='gone', transient=True
        )
        self.assert_error(self.get(URL), 503, 'service_unavailable')


@ddt.ddt
class ImageTest(ImagesTestCase):
    def edit(self, persona='member', **values):
        return self.call('PATCH', ONE, values, persona)

    def test_show(self):
        """S2, T4: whose notes and limits are Glance's properties."""
        self.images.get.return_value = dataclasses.replace(
            self.known,
            note='memo',
            kind='data',
            origin='iso',
            max_ram=4096,
            min_vcpus=2,
            multiqueue=True,
            checksum=types.Checksum('sha512', 'ab'),
            tags=('a',),
            properties={'hw_x': '1'},
        )
        image = self.get(ONE).json
        self.assertEqual(
            ('memo', 'data', 'iso', 4096, 2, True, ['a'], {'hw_x': '1'}),
            tuple(
                image[key]
                for key in (
                    'note',
                    'kind',
                    'origin',
                    'max_ram',
                    'min_vcpus',
                    'multiqueue',
                    'tags',
                    'properties',
                )
            ),
        )
        self.assertEqual(
            {'algorithm': 'sha512', 'value': 'ab'}, image['checksum']
        )
        self.assertEqual(base.PROJECT, image['owner'])
        (link,) = image['links']
        self.assertTrue(link['href'].endswith(ONE))

    def test_show_what_only_we_know(self):
        self.sql(
            'INSERT INTO images (id, project_id, name, retired_at, '
            'fault_code, fault_message, created_at, updated_at) VALUES '
            "(:id, 'p', 'x', '2026-01-01 00:00:00', 'oops', 'Oh.', "
            "'2026-01-01 00:00:00', '2026-01-01 00:00:00')",
            id=base.IMAGE,
        )
        image = self.get(ONE).json
        self.assertEqual('2026-01-01T00:00:00Z', image['retired_at'])
        self.assertEqual({'code': 'oops', 'message': 'Oh.'}, image['fault'])
        answer = self.post(ONE + '/actions/activate', {})
        error = self.assert_error(answer, 409, 'image_wrong_state')
        self.assertIn('is retired', error['message'])
        self.assertEqual(
            {'status': 'retired', 'allowed': ['active', 'deactivated']},
            error['details'],
        )

    def test_unknown(self):
        for name in ('get', 'change'):
            getattr(self.images, name).side_effect = exceptions.CloudNotFound(
                kind='image', id=base.IMAGE
            )
        for answer in (self.get(ONE), self.edit(note='x')):
            error = self.assert_error(answer, 404, 'not_found')
            self.assertIn(base.IMAGE, error['message'])

    def test_edit(self):
        """I4, M10, M17: in one call of Glance's."""
        wanted = {
            'name': 'win12',
            'note': '',
            'visibility': 'shared',
            'kind': 'whole',
            'min_ram': 0,
            'min_disk': 20,
            'max_ram': None,
            'min_vcpus': 4,
            'multiqueue': False,
            'os_type': None,
            'tags': ['b', 'a'],
            'properties': {'hw_x': '1', 'hw_y': None},
            'protected': True,
            'hidden': True,
        }
        answer = self.edit(**wanted)
        self.assertEqual(200, answer.status_int, answer.text)
        self.images.change.assert_called_once_with(base.IMAGE, wanted)

    @ddt.data(
        ({'size': 5}, 'size'),
        ({'name': ''}, 'name'),
        ({'name': 'x' * 256}, 'name'),
        ({'note': 'x' * 1025}, 'note'),
        ({'visibility': 'all'}, 'visibility'),
        ({'kind': None}, 'kind'),
        ({'owner': '../x'}, 'owner'),
        ({'min_ram': -1}, 'min_ram'),
        ({'min_ram': None}, 'min_ram'),
        ({'max_ram': 0}, 'max_ram'),
        ({'min_ram': 8192, 'max_ram': 1024}, 'max_ram'),
        # It needs 1024 already.
        ({'max_ram': 1023}, 'max_ram'),
        ({'min_vcpus': '2'}, 'min_vcpus'),
        ({'tags': ['a', 'a']}, 'tags'),
        ({'tags': ['x' * 256]}, 'tags[0]'),
        ({'tags': [' x']}, 'tags[0]'),
        ({'tags': ['a', '\U0001f469']}, 'tags[1]'),
        ({'name': 'a\U0001f469'}, 'name'),
        ({'note': '\U0001f469'}, 'note'),
        ({'properties': {'hw_x': '\U0001f469'}}, 'properties.hw_x'),
        ({'properties': {'a b': '1'}}, 'properties'),
        ({'properties': {'a': 1}}, 'properties.a'),
        ({'properties': {'size': '1'}}, 'properties.size'),
        ({'properties': {'os_distro': None}}, 'properties.os_distro'),
        ({'properties': {'direct_url': 'x'}}, 'properties.direct_url'),
        ({'properties': {'clouddesk_x': '1'}}, 'properties.clouddesk_x'),
        ({'properties': {'os_glance_x': '1'}}, 'properties.os_glance_x'),
    )
    @ddt.unpack
    def test_bad_edits(self, wanted, field):
        """Rule 9"""
        answer = self.call('PATCH', ONE, wanted)
        self.assert_error(answer, 400, 'invalid', field)
        self.images.change.assert_not_called()

    def test_ram_that_no_flavor_has(self):
        """M10, rule 9: both limits are named, whichever changes."""
        image = self.cloud.add_image(min_ram=512, max_ram=1024)
        path = '/v1/images/' + image.id
        error = self.assert_error(
            self.call('PATCH', path, {'min_ram': 1025}),
            400,
            'invalid',
            'min_ram',
        )
        self.assertIn('1025 MiB', error['message'])
        self.assertIn('1024 MiB', error['message'])
        for wanted in ({'min_ram': 1024}, {'min_ram': 2048, 'max_ram': None}):
            answer = self.call('PATCH', path, wanted)
            self.assertEqual(200, answer.status_int, answer.text)

    def test_going_public_is_not_for_everybody(self):
        """I4: Glance's policy decides."""
        self.forbid('change', 'not authorized to complete publicize_image')
        error = self.assert_error(
            self.edit(visibility='public'), 403, 'forbidden', 'visibility'
        )
        self.assertIn('public', error['message'])

    def test_another_project(self):
        """S45: what is ours of it goes along."""
        images_db.update(images_db.Known(base.IMAGE, base.PROJECT), {})
        answer = self.edit(owner=base.OTHER_PROJECT)
        self.assertEqual(200, answer.status_int, answer.text)
        self.images.change.assert_called_once_with(
            base.IMAGE, {'owner': base.OTHER_PROJECT}
        )
        row = images_db.find(base.IMAGE)
        self.assertEqual(base.OTHER_PROJECT, row.project_id)

    @ddt.data(
        (exceptions.CloudNotFound(kind='project', id='x'), 400, 'invalid'),
        (exceptions.CloudError(service='Keystone', reason='-'), 503, None),
    )
    @ddt.unpack
    def test_a_project_that_there_is_not(self, error, status, code):
        """S45"""
        self.cloud.user.identity.project_name.side_effect = error
        field = 'owner' if code else None
        self.assert_error(
            self.edit(owner='x'), status, code or 'service_unavailable', field
        )
        self.images.change.assert_not_called()

    def test_another_project_is_for_admins(self):
        """S45: Glance decides, also where Keystone tells nothing."""
        forbidden = exceptions.CloudForbidden(service='Keystone', reason='no')
        self.cloud.user.identity.project_name.side_effect = forbidden
        self.forbid('change', "Owner can't be updated by non admin.")
        self.assert_error(
            self.edit(owner=base.OTHER_PROJECT), 403, 'forbidden', 'owner'
        )

    def test_not_while_an_order_works_on_it(self):
        """S45: that order is the present project's."""
        known = images_db.Known(base.IMAGE, base.PROJECT, 'win11')
        order = {'project_id': base.PROJECT, 'user_id': 'ada'}
        image_orders.act(order, 'image.delete', [known], {})
        answer = self.edit(owner=base.OTHER_PROJECT)
        self.assert_error(answer, 409, 'image_busy')
        self.images.change.assert_not_called()

    def test_what_is_somebody_elses(self):
        self.forbid('change', 'not authorized to complete modify_image')
        answer = self.edit(visibility='private')
        error = self.assert_error(answer, 403, 'forbidden')
        self.assertEqual({}, error['details'])
        # Glance says it in its own words.
        theirs = self.cloud.add_image(
            name='tiny', owner=base.OTHER_PROJECT, visibility='public'
        )
        for method, path, body in (
            ('PATCH', '', {'note': 'hi'}),
            ('POST', '/actions/deactivate', {}),
        ):
            path = '/v1/images/' + theirs.id + path
            self.forbid('change', 'no')
            answer = self.call(method, path, body)
            error = self.assert_error(answer, 403, 'image_foreign')
            self.assertEqual(
                'Image tiny belongs to another project.', error['message']
            )

    @ddt.data((400, 400, 'invalid'), (None, 502, 'cloud_error'))
    @ddt.unpack
    def test_what_else_glance_says(self, answered, status, code):
        self.images.change.side_effect = exceptions.CloudError(
            service='Glance', reason='no such thing', answered=answered
        )
        error = self.assert_error(self.edit(note='x'), status, code)
        self.assertIn('no such thing', error['message'])

    def test_a_format_that_the_cloud_has_not(self):
        """Rule 9: Glance quotes its name."""
        self.images.change.side_effect = exceptions.CloudError(
            service='Glance',
            reason="not one of ['raw'] in ['properties']['disk_format']",
            answered=400,
        )
        answer = self.edit(note='x', disk_format='floppy')
        self.assert_error(answer, 400, 'invalid', 'disk_format')

    def test_more_than_glance_keeps(self):
        self.images.change.side_effect = exceptions.CloudQuotaExceeded(
            service='Glance', reason='too many tags'
        )
        answer = self.edit(tags=['a'])
        error = self.assert_error(answer, 403, 'over_quota')
        self.assertIn('too many tags', error['message'])

    def test_two_at_once(self):
        self.images.change.side_effect = exceptions.CloudConflict(
            service='Glance', reason='Property hw_x does not exist.'
        )
        answer = self.edit(properties={'hw_x': None})
        self.assert_error(answer, 409, 'conflict')

    @ddt.data('activate', 'deactivate')
    def test_activate_and_deactivate(self, verb):
        """T6"""
        answer = self.post('%s/actions/%s' % (ONE, verb), {})
        self.assertEqual(200, answer.status_int, answer.text)
        self.images.set_active.assert_called_once_with(
            base.IMAGE, verb == 'activate'
        )

    def test_activated_it_has_no_fault(self):
        """S5, T6: what kept it from being deleted is over, too."""
        known = images_db.Known(base.IMAGE, base.PROJECT, 'win11')
        images_db.update(known, {'fault_code': 'image_in_use'})
        answer = self.post(ONE + '/actions/deactivate', {})
        self.assertEqual('image_in_use', answer.json['fault']['code'])
        answer = self.post(ONE + '/actions/activate', {})
        self.assertIsNone(answer.json['fault'])

    @ddt.data('activate', 'deactivate')
    def test_one_that_an_order_works_on(self, verb):
        """H14: it is not retired the moment that it is activated."""
        known = images_db.Known(base.IMAGE, base.PROJECT, 'win11')
        order = {'project_id': base.PROJECT, 'user_id': 'ada'}
        image_orders.act(order, 'image.retire', [known], {})
        answer = self.post('%s/actions/%s' % (ONE, verb), {})
        self.assert_error(answer, 409, 'image_busy')
        self.images.set_active.assert_not_called()

    def test_respond(self):
        """T6: with the own project's voice."""
        image = self.cloud.add_image(visibility='shared', owner='other')
        path = '%s/%s/actions/respond' % (URL, image.id)
        answer = self.post(path, {'status': 'accepted'})
        self.assertEqual(200, answer.status_int, answer.text)
        self.images.respond.assert_called_once_with(
            image.id, base.PROJECT, 'accepted'
        )
        for body in ({}, {'status': 'maybe'}):
            self.assert_error(self.post(path, body), 400, 'invalid', 'status')

    @ddt.data('activate', 'deactivate')
    def test_an_image_without_data(self, verb):
        self.images.get.return_value = types.Image(
            base.IMAGE, None, 'queued', owner=base.PROJECT
        )
        answer = self.post('%s/actions/%s' % (ONE, verb), {})
        error = self.assert_error(answer, 409, 'image_wrong_state')
        self.assertIn('is queued', error['message'])
        self.images.set_active.assert_not_called()


@ddt.ddt
class UsageTest(ImagesTestCase):
    def usage(self):
        answer = self.get(URL + '/usage')
        self.assertEqual(200, answer.status_int, answer.text)
        return answer.json

    def limits(self, limit, used):
        self.cloud.user.quotas.image.return_value = {
            'image_size_total': types.Limit(limit, used)
        }

    @ddt.data(
        (79, 79, 'ok'),
        (80, 80, 'warning'),
        (94, 94, 'warning'),
        (95, 95, 'critical'),
        (120, 120, 'critical'),
        (0, 0, 'ok'),
    )
    @ddt.unpack
    def test_what_glance_limits(self, used, percent, level):
        """I1: MiB there, bytes here."""
        self.limits(100, used)
        self.assertEqual(
            {
                'used': used << 20,
                'total': 100 << 20,
                'percent': percent,
                'level': level,
                'source': 'limits',
            },
            self.usage(),
        )
        self.images.used.assert_not_called()

    def test_no_limit(self):
        """I1"""
        self.limits(-1, 5)
        usage = self.usage()
        self.assertEqual(
            (None, None, 'ok', 'limits'),
            tuple(
                usage[key] for key in ('total', 'percent', 'level', 'source')
            ),
        )

    def test_nothing_allowed(self):
        self.limits(0, 0)
        usage = self.usage()
        self.assertEqual((100, 'critical'), (usage['percent'], usage['level']))

    def test_the_sum(self):
        """I1: against what the operator says there is, and saying so."""
        self.images.used.return_value = 9 * GIB
        usage = self.usage()
        self.assertEqual(
            {
                'used': 9 * GIB,
                'total': None,
                'percent': None,
                'level': 'ok',
                'source': 'sum',
            },
            usage,
        )
        self.images.used.assert_called_with(base.PROJECT)
        self.config(group='images', capacity=10)
        usage = self.usage()
        self.assertEqual((10 * GIB, 90), (usage['total'], usage['percent']))
        self.assertEqual('warning', usage['level'])
        self.config(group='images', usage_warning=50, usage_critical=60)
        self.assertEqual('critical', self.usage()['level'])

    def test_a_glance_that_does_not_answer(self):
        self.cloud.user.quotas.image.side_effect = exceptions.CloudError(
            service='Glance', reason='gone', transient=True
        )
        answer = self.get(URL + '/usage')
        self.assert_error(answer, 503, 'service_unavailable')
