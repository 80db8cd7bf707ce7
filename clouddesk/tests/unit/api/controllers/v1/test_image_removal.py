"""Deleting, retiring and restoring images: who may, and what is in the way."""

from oslo_utils import uuidutils

from clouddesk import exceptions
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import images
from clouddesk.tests.unit.api import base

STRANGER = {'project_id': base.OTHER_PROJECT, 'user_id': 'eve'}


class RemovalTestCase(base.ApiTest):
    def image(self, **columns):
        return self.cloud.add_image(**columns).id

    def use(self, image_id, name='Ada', order=None):
        """Let a desktop be made from an image."""
        order = order or {'project_id': base.PROJECT, 'user_id': 'ada'}
        spec = self.SPEC | {'image_id': image_id}
        return desktop_orders.create(order, spec, [name]).items[0].desktop_id

    def delete(self, image_id, persona='member'):
        return self.call('DELETE', '/v1/images/' + image_id, persona=persona)

    def batch(self, verb, *ids):
        path = '/v1/images/actions/' + verb
        return self.post(path, {'image_ids': list(ids)})

    def act(self, image_id, verb):
        return self.post('/v1/images/%s/actions/%s' % (image_id, verb), {})


class DeleteTest(RemovalTestCase):
    def test_an_order_for_one(self):
        """I5, S4: a custom image in normal state goes."""
        image_id = self.image()
        answer = self.delete(image_id)
        self.assertEqual(202, answer.status_int, answer.text)
        order = answer.json
        self.assertEqual('image.delete', order['kind'])
        subject = {'type': 'image', 'id': image_id, 'name': 'linux'}
        self.assertEqual(subject, order['subject'])
        (item,) = order['items']
        self.assertEqual(
            (image_id, None), (item['image_id'], item['desktop_id'])
        )
        self.assertEqual('unused', item['step'])
        self.assertEqual([order['id']], self.hinted())
        shown = self.get('/v1/images/' + image_id).json
        self.assertEqual(order['id'], shown['work_order_id'])

    def test_one_that_is_stopped(self):
        """S4: a custom image that is deactivated goes."""
        answer = self.delete(self.image(status='deactivated'))
        self.assertEqual(202, answer.status_int)

    def test_one_without_a_name(self):
        answer = self.delete(self.image(name=None, status='queued'))
        self.assertEqual(202, answer.status_int)

    def test_a_public_one_never(self):
        """S4: public images stay, whoever asks and whatever their state."""
        for status in ('active', 'deactivated'):
            image_id = self.image(visibility='public', status=status)
            for persona in ('member', 'manager', 'admin'):
                answer = self.delete(image_id, persona)
                self.assert_error(answer, 409, 'image_public')
        self.assertEqual([], self.hinted())

    def test_one_of_another_project(self):
        """I5: shared with us, but not ours."""
        answer = self.delete(self.image(owner=base.OTHER_PROJECT))
        self.assert_error(answer, 403, 'image_foreign')

    def test_a_protected_one(self):
        """S5: Glance's protection is an extra belt."""
        answer = self.delete(self.image(protected=True))
        self.assert_error(answer, 409, 'image_protected')

    def test_what_is_not_there(self):
        self.cloud.user.image.get.side_effect = exceptions.CloudNotFound(
            kind='image', id='x'
        )
        answer = self.delete(uuidutils.generate_uuid())
        self.assert_error(answer, 404, 'not_found')

    def test_glance_does_not_answer(self):
        self.cloud.user.image.get.side_effect = exceptions.CloudError(
            service='Glance', reason='503', transient=True
        )
        answer = self.delete(uuidutils.generate_uuid())
        self.assert_error(answer, 503, 'service_unavailable')

    def test_one_that_an_order_holds(self):
        image_id = self.image()
        order_id = self.delete(image_id).json['id']
        error = self.assert_error(self.delete(image_id), 409, 'image_busy')
        self.assertEqual(order_id, error['details']['work_order_id'])

    def test_all_that_refers_to_it_is_named(self):
        """I5, I14, H14: pools, templates, courses and desktops."""
        image_id = self.image()
        spec = {'image_id': image_id, 'flavor_id': base.FLAVOR}
        for noun, more in (
            ('pools', {'name': 'class-a', 'size': 2}),
            ('templates', {'name': 'win'}),
            ('courses', {'name': 'maths', 'size': 2}),
        ):
            answer = self.post('/v1/' + noun, spec | more)
            self.assertIn(answer.status_int, (201, 202), answer.text)
        desktop_id = self.use(image_id)
        self.use(image_id, 'Eve', STRANGER)
        error = self.assert_error(self.delete(image_id), 409, 'image_in_use')
        for word in (
            'pools class-a',
            'templates win',
            'courses maths',
            'desktops Ada',
            '1 of other projects',
            'retire',
        ):
            self.assertIn(word, error['message'])
        self.assertNotIn('Eve', error['message'])
        details = error['details']
        named = [{'id': desktop_id, 'name': 'Ada'}]
        self.assertEqual(named, details['desktops'])
        self.assertEqual((1, 5), (details['others'], details['total']))

    def test_few_of_many_are_named(self):
        """I5: the list is short, the count is not."""
        image_id = self.image()
        order = {'project_id': base.PROJECT, 'user_id': 'ada'}
        spec = self.SPEC | {'image_id': image_id}
        names = ['desk%02d' % n for n in range(30)]
        desktop_orders.create(order, spec, names)
        error = self.assert_error(self.delete(image_id), 409, 'image_in_use')
        self.assertIn('desk19, … (+10)', error['message'])
        self.assertEqual(20, len(error['details']['desktops']))
        self.assertEqual(30, error['details']['total'])

    def test_what_uses_it_says_more_than_its_protection(self):
        """I14: a course protects its image."""
        image_id = self.image(protected=True)
        self.use(image_id)
        self.assert_error(self.delete(image_id), 409, 'image_in_use')


class BatchTest(RemovalTestCase):
    def test_a_verdict_for_each(self):
        """I6: a refused image does not stop the others."""
        good, used = self.image(name='a'), self.image(name='b')
        public = self.image(name='c', visibility='public')
        foreign = self.image(name='d', owner=base.OTHER_PROJECT)
        unknown = uuidutils.generate_uuid()
        self.use(used)
        ids = (good, used, public, foreign, unknown)
        answer = self.batch('delete', *ids)
        self.assertEqual(202, answer.status_int, answer.text)
        items = answer.json['items']
        self.assertEqual(list(ids), [item['image_id'] for item in items])
        self.assertEqual(
            ['pending', *['refused'] * 4], [item['status'] for item in items]
        )
        self.assertEqual(
            ['image_in_use', 'image_public', 'image_foreign', 'not_found'],
            [item['fault']['code'] for item in items[1:]],
        )
        self.assertEqual({good}, set(images.by_id(ids)))
        self.assertIsNone(answer.json['subject'])

    def test_none_is_left(self):
        """I6: the answer names every image and its reason."""
        ids = [self.image(name=name, visibility='public') for name in 'ab']
        error = self.assert_error(
            self.batch('delete', *ids), 409, 'image_public'
        )
        self.assertEqual(
            [(ids[0], 'image_public'), (ids[1], 'image_public')],
            [(e['id'], e['code']) for e in error['details']['images']],
        )

    def test_too_many(self):
        self.config(group='desktop', max_action_size=1)
        answer = self.batch('delete', *[self.image() for _n in range(2)])
        self.assert_error(answer, 400, 'invalid', 'image_ids')

    def test_retire(self):
        """H14: what is in use may be retired."""
        used, queued = self.image(), self.image(status='queued')
        self.use(used)
        answer = self.batch('retire', used, queued)
        self.assertEqual(202, answer.status_int, answer.text)
        self.assertEqual('image.retire', answer.json['kind'])
        self.assertEqual(
            ['pending', 'refused'],
            [item['status'] for item in answer.json['items']],
        )


class BaseImageTest(RemovalTestCase):
    """I4, S4: how the operator takes back what is for all."""

    def test_private_first(self):
        image_id = self.image(visibility='public')
        path = '/v1/images/' + image_id
        for persona in ('member', 'admin'):
            answer = self.delete(image_id, persona)
            self.assert_error(answer, 409, 'image_public')
        answer = self.call('PATCH', path, {'visibility': 'private'})
        self.assertEqual(200, answer.status_int, answer.text)
        self.use(image_id, order=STRANGER)
        error = self.assert_error(self.delete(image_id), 409, 'image_in_use')
        self.assertIn('1 of other projects', error['message'])
        self.assertEqual(202, self.act(image_id, 'retire').status_int)

    def test_an_admin_of_another_project(self):
        """Nor do her roles help her elsewhere."""
        image_id = self.image(owner=base.OTHER_PROJECT)
        answer = self.delete(image_id, 'admin')
        self.assert_error(answer, 403, 'image_foreign')


class RetireTest(RemovalTestCase):
    def test_one(self):
        """H14: it is in use and protected by a course."""
        image_id = self.image(protected=True)
        self.use(image_id)
        answer = self.act(image_id, 'retire')
        self.assertEqual(202, answer.status_int, answer.text)
        self.assertEqual('deactivate', answer.json['items'][0]['step'])

    def test_a_public_one_never(self):
        """S4: it is everybody's."""
        image_id = self.image(visibility='public')
        self.assert_error(self.act(image_id, 'retire'), 409, 'image_public')

    def test_one_without_data(self):
        image_id = self.image(status='queued')
        error = self.assert_error(
            self.act(image_id, 'retire'), 409, 'image_wrong_state'
        )
        self.assertEqual(
            ['active', 'deactivated'], error['details']['allowed']
        )


class RestoreTest(RemovalTestCase):
    def retired(self):
        image_id = self.image(status='deactivated', os_hidden=True)
        known = images.Known(image_id, base.PROJECT, 'linux')
        images.update(known, {'retired_by': 'ada'})
        self.sql("UPDATE images SET retired_at = '2026-01-01 00:00:00.000000'")
        return image_id

    def test_it_is_used_again(self):
        """H14: retired by mistake."""
        image_id = self.retired()
        shown = self.get('/v1/images/' + image_id).json
        self.assertEqual('2026-01-01T00:00:00Z', shown['retired_at'])
        answer = self.act(image_id, 'restore')
        self.assertEqual(200, answer.status_int, answer.text)
        self.assertEqual('active', answer.json['status'])
        self.assertFalse(answer.json['hidden'])
        self.assertIsNone(answer.json['retired_at'])
        self.assertIsNone(images.find(image_id).retired_by)

    def test_it_is_going_already(self):
        image_id = self.retired()
        self.delete(image_id)
        self.assert_error(self.act(image_id, 'restore'), 409, 'image_busy')

    def test_nothing_is_to_do(self):
        answer = self.act(self.image(), 'restore')
        self.assert_error(answer, 409, 'image_wrong_state')

    def test_one_of_another_project(self):
        image_id = self.image(owner=base.OTHER_PROJECT, os_hidden=True)
        self.assert_error(self.act(image_id, 'restore'), 403, 'image_foreign')

    def test_glance_fails_on_the_way(self):
        """It may be asked again."""
        image_id = self.retired()
        error = exceptions.CloudError(
            service='Glance', reason='503', transient=True
        )
        working = self.cloud.user.image.change.side_effect
        self.cloud.user.image.change.side_effect = error
        answer = self.act(image_id, 'restore')
        self.assert_error(answer, 503, 'service_unavailable')
        self.assertIsNone(images.find(image_id).retired_at)
        self.cloud.user.image.change.side_effect = working
        self.assertEqual(200, self.act(image_id, 'restore').status_int)
