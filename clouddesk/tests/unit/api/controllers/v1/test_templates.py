from unittest import mock

from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.tests.unit.api import base

URL = '/v1/templates'
OTHER_IMAGE = '33333333-3333-4333-8333-333333333333'


class TemplateTest(base.ApiTest):
    wanted = {
        'name': 'office',
        'image_id': base.IMAGE,
        'flavor_id': base.FLAVOR,
    }

    def setUp(self):
        super().setUp()
        self.config(group='cloud', region_name='RegionOne')
        self.cloud.user.image.get.side_effect = lambda image_id: types.Image(
            image_id, 'win11', 'active', size=1024**3, min_disk=5, min_ram=1024
        )
        self.departments = self.cloud.user.identity.departments
        self.departments.return_value = frozenset()

    def create(self, persona='member', **values):
        return self.post(URL, self.wanted | values, persona=persona)

    def made(self, persona='member', **values):
        answer = self.create(persona, **values)
        self.assertEqual(201, answer.status_int, answer.text)
        return answer.json

    def edit(self, template_id, persona='member', **values):
        return self.call(
            'PATCH', '%s/%s' % (URL, template_id), values, persona=persona
        )

    def edited(self, template_id, persona='member', **values):
        answer = self.edit(template_id, persona, **values)
        self.assertEqual(200, answer.status_int, answer.text)
        return answer.json

    def remove(self, template_id, persona='member'):
        return self.call(
            'DELETE', '%s/%s' % (URL, template_id), persona=persona
        )

    def seen_by(self, persona, query=''):
        answer = self.get(URL + query, persona)
        self.assertEqual(200, answer.status_int, answer.text)
        return [each['name'] for each in answer.json['templates']]

    def order_of(self, noun, persona='member', **values):
        answer = self.post('/v1/' + noun, values, persona=persona)
        self.assertEqual(202, answer.status_int, answer.text)
        return answer.json

    def pool_of(self, template_id, name='class-a', size=1, **kwargs):
        """The id of a pool of the template that no order holds."""
        order = self.order_of(
            'pools', name=name, size=size, template_id=template_id, **kwargs
        )
        self.release(order)
        return order['subject']['id']

    def desktop_of(self, template_id, name='Ada', **kwargs):
        order = self.order_of(
            'desktops', name=name, template_id=template_id, **kwargs
        )
        self.release(order)
        return order['items'][0]['desktop_id']

    def release(self, order):
        for table in ('pools', 'desktops'):
            self.sql(
                'UPDATE %s SET work_order_id = NULL '
                'WHERE work_order_id = :id' % table,
                id=order['id'],
            )


class LifeTest(TemplateTest):
    def test_create_and_show(self):
        """S22: a template is bound to a region, not to a zone."""
        answer = self.create(note='for room 7')
        self.assertEqual(201, answer.status_int, answer.text)
        template = answer.json
        for key, value in (
            ('region', 'RegionOne'),
            ('revision', 1),
            ('visibility', 'exclusive'),
            ('department', None),
            ('note', 'for room 7'),
            ('vcpus', 2),
            ('network_id', base.NETWORK),
            ('availability_zone', None),
        ):
            self.assertEqual(value, template[key], key)
        url = '%s/%s' % (URL, template['id'])
        self.assertTrue(answer.headers['Location'].endswith(url))
        self.assertEqual(template, self.get(url, 'member').json)

    def test_other_regions_have_their_own(self):
        """S22"""
        template = self.made()
        self.config(group='cloud', region_name='RegionTwo')
        url = '%s/%s' % (URL, template['id'])
        self.assertEqual(404, self.get(url, 'member').status_int)
        self.assertEqual([], self.seen_by('admin', '?all_projects=true'))
        self.made()
        self.assertEqual(['office'], self.seen_by('member'))

    def test_no_region_at_all(self):
        self.config(group='cloud', region_name=None)
        self.assertEqual('', self.made()['region'])

    def test_names_are_unique_in_a_project(self):
        self.made()
        error = self.assert_error(self.create(), 409, 'name_taken')
        self.assertEqual('name', error['details']['field'])
        self.made('stranger')

    def test_dry_run(self):
        answer = self.call('POST', URL + '?dry_run=true', self.wanted)
        self.assertEqual(200, answer.status_int, answer.text)
        self.assertTrue(answer.json['accepted'])
        self.assertEqual([], self.seen_by('member'))
        self.made()
        answer = self.call('POST', URL + '?dry_run=true', self.wanted)
        self.assert_error(answer, 409, 'name_taken')

    def test_bad_fields(self):
        for field, value in (
            ('name', 'x'),
            ('image_id', 'win11'),
            ('name_template', '{serial}'),
            ('visibility', 'public'),
            ('department', 'a,b'),
            ('department', ''),
            ('size', 3),
            ('volume_size', 3),
        ):
            answer = self.create(**{field: value})
            self.assert_error(answer, 400, 'invalid', field)
        self.assertEqual([], self.seen_by('member'))

    def test_readers_use_desktops_only(self):
        template = self.made()
        url = '%s/%s' % (URL, template['id'])
        for path in (URL, url, url + '/revisions'):
            self.assertEqual(403, self.get(path, 'reader').status_int)

    def test_pages(self):
        for name in ('b1', 'a1', 'c1'):
            self.made(name=name)
        self.made('stranger', name='x1')
        page = self.get(URL + '?sort_key=name&limit=2', 'member').json
        names = [each['name'] for each in page['templates']]
        self.assertEqual(['a1', 'b1'], names)
        (link,) = page['links']
        rest = self.get(link['href'], 'member').json['templates']
        self.assertEqual(['c1'], [each['name'] for each in rest])
        self.assertEqual(['b1'], self.seen_by('member', '?name=b1'))

    def test_a_marker_of_strangers(self):
        hidden = self.made('stranger')['id']
        answer = self.get('%s?marker=%s' % (URL, hidden), 'member')
        self.assert_error(answer, 400, 'invalid', 'marker')

    def test_delete(self):
        self.config(group='api', response_validation='warn')
        template = self.made()
        answer = self.remove(template['id'])
        self.assertEqual((204, b''), (answer.status_int, answer.body))
        self.assert_error(self.remove(template['id']), 404, 'not_found')


class AudienceTest(TemplateTest):
    def share(self, **values):
        return self.made('manager', visibility='shared', **values)

    def test_exclusive(self):
        """S23: what is exclusive belongs to one project."""
        template = self.made()
        self.assertEqual(['office'], self.seen_by('member'))
        self.assertEqual([], self.seen_by('stranger'))
        url = '%s/%s' % (URL, template['id'])
        for answer in (
            self.get(url, 'stranger'),
            self.get(url + '/revisions', 'stranger'),
            self.edit(template['id'], 'stranger', note='x'),
            self.remove(template['id'], 'stranger'),
        ):
            self.assert_error(answer, 404, 'not_found')
        answer = self.post(
            '/v1/desktops',
            {'name': 'Ada', 'template_id': template['id']},
            persona='stranger',
        )
        self.assert_error(answer, 400, 'invalid', 'template_id')
        self.departments.assert_not_called()

    def test_shared(self):
        """S23: what is shared serves all."""
        template = self.share()
        self.assertEqual(['office'], self.seen_by('stranger'))
        self.order_of(
            'pools',
            'stranger',
            name='class-a',
            size=1,
            template_id=template['id'],
        )
        for answer in (
            self.edit(template['id'], 'stranger', note='x'),
            self.remove(template['id'], 'stranger'),
        ):
            error = self.assert_error(answer, 403, 'forbidden')
            self.assertIn('another project', error['message'])

    def test_only_managers_share(self):
        error = self.assert_error(
            self.create(visibility='shared'), 403, 'forbidden'
        )
        self.assertIn('clouddesk:templates:share', error['message'])
        template = self.made()
        answer = self.edit(template['id'], visibility='shared')
        self.assert_error(answer, 403, 'forbidden')
        self.edited(template['id'], 'manager', visibility='shared')
        self.edited(template['id'], note='a member may edit it')
        answer = self.edit(template['id'], user_data='#!/bin/sh')
        self.assert_error(answer, 403, 'forbidden')
        self.edited(template['id'], 'manager', user_data='#!/bin/sh')
        self.edited(template['id'], visibility='exclusive')
        self.edited(template['id'], user_data='#!/bin/bash')

    def test_department(self):
        """S23: a department is a tag of the project or of its domain."""
        self.made('manager', department='maths')
        self.assertEqual([], self.seen_by('stranger'))
        self.departments.return_value = frozenset({'maths', 'physics'})
        self.assertEqual(['office'], self.seen_by('stranger'))
        self.assertEqual([], self.seen_by('stranger', '?department=chemistry'))
        self.departments.assert_called_with(base.OTHER_PROJECT)

    def test_a_department_needs_a_manager(self):
        """S23: other projects are in it, as they are in the region."""
        answer = self.create(department='maths')
        error = self.assert_error(answer, 403, 'forbidden')
        self.assertIn('clouddesk:templates:share', error['message'])
        template = self.made()
        answer = self.edit(template['id'], department='maths')
        self.assert_error(answer, 403, 'forbidden')
        self.edited(template['id'], 'manager', department='maths')
        self.edited(template['id'], note='x')
        answer = self.edit(template['id'], user_data='#!/bin/sh')
        self.assert_error(answer, 403, 'forbidden')
        # Whoever takes it back reaches nobody.
        self.edited(template['id'], department=None)

    def test_a_department_needs_exclusive(self):
        answer = self.create('manager', visibility='shared', department='m')
        self.assert_error(answer, 400, 'invalid', 'department')
        template = self.made('manager', department='m')
        answer = self.edit(template['id'], 'manager', visibility='shared')
        self.assert_error(answer, 400, 'invalid', 'department')
        self.edited(
            template['id'], 'manager', visibility='shared', department=None
        )

    def test_without_keystone(self):
        self.made('manager', department='maths')
        self.departments.side_effect = exceptions.CloudError(
            service='Keystone', reason='down', transient=True
        )
        answer = self.get(URL, 'stranger')
        self.assert_error(answer, 503, 'service_unavailable')

    def test_all_projects(self):
        self.made()
        self.assertEqual(
            ['office'], self.seen_by('admin', '?all_projects=true')
        )
        answer = self.get(URL + '?all_projects=true', 'member')
        self.assert_error(answer, 403, 'forbidden')


class EditTest(TemplateTest):
    def revisions(self, template_id):
        url = '%s/%s/revisions' % (URL, template_id)
        return self.get(url, 'member').json['revisions']

    def test_a_new_spec_is_a_new_revision(self):
        """S24: an edit makes a revision and remembers the one before."""
        template = self.made()
        edited = self.edited(template['id'], 'manager', image_id=OTHER_IMAGE)
        self.assertEqual((2, OTHER_IMAGE), _of(edited))
        newest, oldest = self.revisions(template['id'])
        self.assertEqual((2, OTHER_IMAGE), _of(newest))
        self.assertEqual((1, base.IMAGE), _of(oldest))
        self.assertEqual(
            ['user-manager', 'user-member'],
            [newest['user_id'], oldest['user_id']],
        )

    def test_what_makes_no_revision(self):
        template = self.made()
        for values in (
            {'name': 'bureau'},
            {'note': 'x'},
            {'department': 'maths'},
            {'image_id': base.IMAGE},
        ):
            edited = self.edited(template['id'], 'manager', **values)
            self.assertEqual(1, edited['revision'], values)
        self.assertEqual(1, len(self.revisions(template['id'])))

    def test_stale(self):
        template = self.made()
        self.edited(template['id'], image_id=OTHER_IMAGE, revision=1)
        answer = self.edit(template['id'], image_id=base.IMAGE, revision=1)
        error = self.assert_error(answer, 409, 'template_changed', 'revision')
        self.assertEqual(2, error['details']['revision'])
        self.assertEqual(2, len(self.revisions(template['id'])))

    def test_what_was_not_given_stays(self):
        template = self.made(
            boot_from='volume', volume_size=30, user_data='#!/bin/sh'
        )
        edited = self.edited(template['id'], volume_size=40)
        self.assertEqual(
            ('volume', 40, True),
            (
                edited['boot_from'],
                edited['volume_size'],
                edited['has_user_data'],
            ),
        )
        edited = self.edited(template['id'], boot_from='image', user_data=None)
        self.assertEqual(
            ('image', None, False),
            (
                edited['boot_from'],
                edited['volume_size'],
                edited['has_user_data'],
            ),
        )

    def test_references_are_checked_again(self):
        template = self.made()
        self.cloud.user.image.get.side_effect = exceptions.CloudNotFound(
            kind='image', id=OTHER_IMAGE
        )
        answer = self.edit(template['id'], image_id=OTHER_IMAGE)
        self.assert_error(answer, 400, 'invalid', 'image_id')
        self.assertEqual(1, len(self.revisions(template['id'])))

    def test_a_taken_name(self):
        self.made()
        other = self.made(name='lab')
        answer = self.edit(other['id'], name='office')
        self.assert_error(answer, 409, 'name_taken')

    def test_nothing_or_too_little(self):
        template = self.made()
        self.assert_error(self.edit(template['id']), 400, 'invalid')
        answer = self.edit(template['id'], image_id=None)
        self.assert_error(answer, 400, 'invalid', 'image_id')


class UseTest(TemplateTest):
    def desktop(self, desktop_id):
        return self.get('/v1/desktops/' + desktop_id, 'member').json

    def pool(self, pool_id):
        return self.get('/v1/pools/' + pool_id, 'member').json

    def ids(self, noun, query):
        found = self.get('/v1/%s?%s' % (noun, query), 'member').json
        return [each['id'] for each in found[noun]]

    def test_a_desktop_takes_the_present_revision(self):
        template = self.made()
        self.edited(template['id'], image_id=OTHER_IMAGE)
        desktop_id = self.desktop_of(template['id'])
        desktop = self.desktop(desktop_id)
        self.assertEqual(OTHER_IMAGE, desktop['image_id'])
        self.assertEqual(
            {
                'id': template['id'],
                'name': 'office',
                'revision': 2,
                'current_revision': 2,
                'drift': False,
            },
            desktop['template'],
        )

    def test_without_a_template(self):
        (desktop_id,) = self.make_desktops()
        self.assertIsNone(self.desktop(desktop_id)['template'])

    def test_drift(self):
        """S24: the list shows what was made from an older revision."""
        template = self.made()
        pool_id = self.pool_of(template['id'], size=2)
        self.make_desktops()
        self.edited(template['id'], image_id=OTHER_IMAGE)
        fresh = self.desktop_of(template['id'])
        drifted = self.ids('desktops', 'drift=true')
        self.assertEqual(2, len(drifted))
        for each in drifted:
            made_from = self.desktop(each)['template']
            self.assertEqual(
                (1, 2, True),
                (
                    made_from['revision'],
                    made_from['current_revision'],
                    made_from['drift'],
                ),
            )
        self.assertNotIn(fresh, drifted)
        self.assertIn(fresh, self.ids('desktops', 'drift=false'))
        query = 'template_id=%s' % template['id']
        self.assertEqual(3, len(self.ids('desktops', query)))
        self.assertEqual([pool_id], self.ids('pools', 'drift=true'))
        self.assertEqual([pool_id], self.ids('pools', query))
        self.assertEqual([], self.ids('pools', 'drift=false'))

    def test_adopt(self):
        """S24: a pool follows; its desktops change when made again."""
        template = self.made()
        pool_id = self.pool_of(template['id'])
        self.edited(template['id'], image_id=OTHER_IMAGE)
        answer = self.post('/v1/pools/%s/actions/adopt' % pool_id, {})
        self.assertEqual(200, answer.status_int, answer.text)
        for pool in (answer.json, self.pool(pool_id)):
            self.assertEqual(OTHER_IMAGE, pool['image_id'])
            self.assertEqual(
                (2, False),
                (pool['template']['revision'], pool['template']['drift']),
            )
        (desktop_id,) = self.ids('desktops', 'pool_id=%s' % pool_id)
        desktop = self.desktop(desktop_id)
        self.assertEqual(base.IMAGE, desktop['image_id'])
        self.assertTrue(desktop['template']['drift'])

    def test_adopt_nothing(self):
        pool_id = self.make_pool()
        answer = self.post('/v1/pools/%s/actions/adopt' % pool_id, {})
        error = self.assert_error(answer, 409, 'conflict')
        self.assertIn('not made from a template', error['message'])

    def test_adopt_while_an_order_holds_the_pool(self):
        template = self.made()
        order = self.order_of(
            'pools', name='class-a', size=1, template_id=template['id']
        )
        url = '/v1/pools/%s/actions/adopt' % order['subject']['id']
        self.assert_error(self.post(url, {}), 409, 'pool_busy')

    def test_a_template_or_a_spec(self):
        template = self.made()
        for noun, more in (('desktops', {}), ('pools', {'size': 1})):
            for field, value in (
                ('image_id', base.IMAGE),
                ('volume_size', 5),
                ('keep_running', True),
            ):
                body = {'name': 'Ada', 'template_id': template['id'], **more}
                answer = self.post('/v1/' + noun, body | {field: value})
                self.assert_error(answer, 400, 'invalid', field)

    def test_neither(self):
        answer = self.post('/v1/desktops', {'name': 'Ada'})
        self.assert_error(answer, 400, 'invalid', 'image_id')
        answer = self.post(
            '/v1/pools', {'name': 'ab', 'size': 1, 'image_id': base.IMAGE}
        )
        self.assert_error(answer, 400, 'invalid', 'flavor_id')

    def test_the_users_rights_count(self):
        """Somebody else's template does not open somebody else's image."""
        template = self.made()
        self.cloud.user.image.get.side_effect = exceptions.CloudNotFound(
            kind='image', id=base.IMAGE
        )
        body = {'name': 'Ada', 'template_id': template['id']}
        answer = self.post('/v1/desktops', body)
        self.assert_error(answer, 400, 'invalid', 'image_id')

    def test_the_templates_come_with_the_list(self):
        for name in ('office', 'lab'):
            self.desktop_of(self.made(name=name)['id'], name=name)
        seen = self.count_statements()
        self.get('/v1/desktops', 'member')
        # The second is for the tags.
        self.assertEqual(2, len(seen), seen)


class DeleteTest(TemplateTest):
    def test_in_use(self):
        """S25: refused, and the users are named."""
        template = self.made()
        pool_id = self.pool_of(template['id'], size=2)
        desktop_id = self.desktop_of(template['id'])
        error = self.assert_error(
            self.remove(template['id']), 409, 'template_in_use'
        )
        self.assertEqual(
            'Template office is used by pools class-a; desktops Ada.',
            error['message'],
        )
        self.assertEqual(
            {
                'pools': [{'id': pool_id, 'name': 'class-a'}],
                'desktops': [{'id': desktop_id, 'name': 'Ada'}],
                'courses': [],
                'others': 0,
            },
            error['details'],
        )

    def test_used_by_desktops_whose_pool_went_on(self):
        """S25: they are named, although their pool has another template."""
        template = self.made()
        self.pool_of(template['id'], size=1)
        self.sql('UPDATE pools SET template_id = NULL')
        error = self.assert_error(
            self.remove(template['id']), 409, 'template_in_use'
        )
        self.assertIn('desktops class-a_01', error['message'])

    def test_used_by_others(self):
        """S25: users in other projects are counted, not named."""
        template = self.made('manager', visibility='shared')
        self.desktop_of(template['id'], name='secret', persona='stranger')
        error = self.assert_error(
            self.remove(template['id']), 409, 'template_in_use'
        )
        self.assertEqual(
            'Template office is used by 1 of other projects.',
            error['message'],
        )
        self.assertEqual(1, error['details']['others'])
        error = self.assert_error(
            self.remove(template['id'], 'admin'), 409, 'template_in_use'
        )
        self.assertIn('secret', error['message'])

    def test_used_at_the_last_moment(self):
        """A foreign key keeps what the look did not see."""
        template = self.made()
        self.desktop_of(template['id'])
        with (
            mock.patch(
                'clouddesk.db.api.templates._refuse_in_use', autospec=True
            ),
            # Between the tries.
            mock.patch('oslo_db.api.time.sleep', autospec=True) as pause,
        ):
            answer = self.remove(template['id'])
        pause.assert_called()
        self.assert_error(answer, 409, 'conflict')
        self.assertEqual(['office'], self.seen_by('member'))


def _of(template):
    return template['revision'], template['image_id']
