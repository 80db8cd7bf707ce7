"""Images that go: deleted, retired, restored."""

import sqlalchemy as sa

from clouddesk import db
from clouddesk.db import models
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base


class RemovalTestCase(base.FunctionalTestCase):
    options = {'sync_interval': 0.2}

    def setUp(self):
        super().setUp()
        self.glance = self.cloud.glance

    def image(self, name='linux', **columns):
        columns = {'visibility': 'private'} | columns
        return self.glance.create_image(
            self.school.project_id, name, **columns
        )

    def delete(self, image_id):
        return self.api.delete('/images/' + image_id)

    def refusal(self, ask, *args, **kwargs):
        refused = self.assertRaises(service.Refusal, ask, *args, **kwargs)
        return refused.status, refused.error

    def until_gone(self, image_id):
        service.until(lambda: image_id not in self.glance.images, bool, 20)


class DeleteTest(RemovalTestCase):
    def test_one_that_nobody_uses(self):
        """I5, M11, S4: a custom image goes, active or deactivated."""
        for status in ('active', 'deactivated'):
            image_id = self.image(status=status)
            self.finish(self.delete(image_id))
            self.assertNotIn(image_id, self.glance.images)
        self.assertEqual(404, self.refusal(self.delete, image_id)[0])

    def test_one_that_waits_for_its_bytes(self):
        """S4, T2: what a client left that was killed while it uploaded."""
        image_id = self.image(status='queued', size=None)
        self.finish(self.delete(image_id))
        self.assertNotIn(image_id, self.glance.images)

    def test_a_public_one_stays(self):
        """S4: whoever asks."""
        status, error = self.refusal(self.delete, self.school.image_id)
        self.assertEqual((409, 'image_public'), (status, error['code']))
        root = self.service.client('root')
        path = '/images/' + self.school.image_id
        self.assertEqual(409, self.refusal(root.delete, path)[0])

    def test_what_uses_it_is_named(self):
        """I5, I14, H14: a pool and a course; then nothing does."""
        image_id = self.image()
        pool_id = self.build_pool(1, image_id=image_id)
        course = self.api.post(
            '/courses', **self.spec(name='maths', size=1, image_id=image_id)
        )
        status, error = self.refusal(self.delete, image_id)
        self.assertEqual((409, 'image_in_use'), (status, error['code']))
        self.assertIn('pools lab', error['message'])
        self.assertIn('courses maths', error['message'])
        self.api.delete('/courses/' + course['id'])
        self.finish(self.api.delete('/pools/' + pool_id))
        self.finish(self.delete(image_id))

    def test_two_projects(self):
        """I5: what another project uses keeps it, too, but has no name."""
        self.needs_more_than_one_person(standalone.OTHER_PROJECTS)
        image_id = self.image(visibility='community')
        self.neutron.create_network(
            self.school.other_project_id, 'theirs', '10.9.0.0/24'
        )
        stranger = self.service.client('stranger')
        wish = {'image_id': image_id, 'flavor_id': self.school.flavor_id}
        order = stranger.post('/desktops', name='secret', **wish)
        stranger.wait(order['id'])
        status, error = self.refusal(self.delete, image_id)
        self.assertEqual((409, 'image_in_use'), (status, error['code']))
        self.assertIn('1 of other projects', error['message'])
        self.assertNotIn('secret', str(error))
        path = '/images/' + image_id
        status, error = self.refusal(stranger.delete, path)
        self.assertEqual((403, 'image_foreign'), (status, error['code']))

    def test_a_verdict_for_each(self):
        """I6: one that is refused does not stop the others."""
        good, used = self.image('good'), self.image('used')
        protected = self.image('belt', protected=True)
        self.build_desktop(image_id=used)
        gone = self.image('gone')
        del self.glance.images[gone]
        order = self.finish(
            self.api.post(
                '/images/actions/delete',
                image_ids=[good, used, self.school.image_id, protected, gone],
            )
        )
        codes = [(i['fault'] or {}).get('code') for i in order['items']]
        self.assertEqual(
            [
                None,
                'image_in_use',
                'image_public',
                'image_protected',
                'not_found',
            ],
            codes,
        )
        self.assertEqual('done', order['items'][0]['status'])
        self.assertNotIn(good, self.glance.images)
        self.assertIn(used, self.glance.images)

    def test_a_server_that_somebody_made_herself(self):
        """I5: it would not be built again without the image."""
        image_id = self.image()
        self.build_desktop(image_id=image_id)
        with self.cloud.lock:
            (server,) = self.nova.servers.values()
            server.metadata.clear()
            server.tags.clear()
        # Forgotten by us, as if it had never been ours.
        with db.writer() as session:
            session.execute(sa.delete(models.Desktop))
        order = self.finish(self.delete(image_id), 'failed')
        self.assertEqual('image_in_use', order['fault']['code'])
        self.assertIn('servers ' + server.name, order['fault']['message'])

    def test_its_store_needs_it(self):
        """H14: Glance answers 409 for clones on RBD."""
        image_id = self.image()
        self.cloud.fault(
            'image',
            'DELETE',
            image_id,
            status=409,
            message='Image %s could not be deleted because it is in use: '
            'The image cannot be deleted because it has snapshot(s).'
            % image_id,
            times=None,
        )
        order = self.finish(self.delete(image_id), 'failed')
        self.assertEqual('image_in_use', order['fault']['code'])
        self.assertIn('has snapshot(s)', order['fault']['message'])
        shown = self.api.get('/images/' + image_id)
        self.assertEqual('image_in_use', shown['fault']['code'])
        self.assertIsNone(shown['work_order_id'])
        kept = self.act('images', image_id, 'activate')
        self.assertIsNone(kept['fault'])
        self.cloud.faults.clear()
        self.finish(self.act('work-orders', order['id'], 'retry'))

    def test_protected_meanwhile(self):
        """S5: Glance refuses what we did not know yet."""
        image_id = self.image()
        self.cloud.fault(
            'image',
            'DELETE',
            image_id,
            times=1,
            callback=lambda: self.glance.images[image_id].update(
                protected=True
            ),
        )
        order = self.finish(self.delete(image_id), 'failed')
        self.assertEqual('image_protected', order['fault']['code'])

    def test_glance_stumbles(self):
        """I5: a 503 and a lost reply pass unnoticed."""
        for fault in ({'status': 503}, {'drop': 'after'}):
            image_id = self.image()
            self.cloud.fault('image', 'DELETE', image_id, times=1, **fault)
            self.finish(self.delete(image_id))

    def test_gone_behind_our_back(self):
        """I5: somebody deletes it between the order and its turn."""
        image_id = self.image()
        self.cloud.fault(
            'image',
            'DELETE',
            image_id,
            times=1,
            callback=lambda: self.glance.images.pop(image_id),
        )
        self.finish(self.delete(image_id))


class RetireTest(RemovalTestCase):
    def retire(self, image_id):
        self.finish(self.act('images', image_id, 'retire'))

    def test_it_goes_with_its_last_user(self):
        """H14: retired while a pool uses it; gone after the pool is."""
        image_id = self.image()
        pool_id = self.build_pool(1, image_id=image_id)
        self.retire(image_id)
        image = self.glance.images[image_id]
        self.assertEqual('deactivated', image['status'])
        self.assertTrue(image['os_hidden'])
        self.assertIsNotNone(self.api.get('/images/' + image_id)['retired_at'])
        refused = self.refusal(self.create_desktop, image_id=image_id)
        self.assertEqual(400, refused[0])
        self.finish(self.api.delete('/pools/' + pool_id))
        self.until_gone(image_id)
        orders = self.api.get('/work-orders', image_id=image_id)
        kinds = [each['kind'] for each in orders['work_orders']]
        self.assertEqual(['image.delete', 'image.retire'], kinds)

    def test_it_goes_at_once(self):
        """H14: nobody uses it."""
        image_id = self.image()
        self.retire(image_id)
        self.until_gone(image_id)

    def test_restored(self):
        """H14: somebody changed her mind."""
        image_id = self.image()
        self.build_desktop(image_id=image_id)
        self.retire(image_id)
        shown = self.act('images', image_id, 'restore')
        self.assertEqual('active', shown['status'])
        self.assertIsNone(shown['retired_at'])
        self.assertFalse(self.glance.images[image_id]['os_hidden'])
        self.build_desktop(name='Bob', image_id=image_id)

    def test_restored_meanwhile(self):
        """H14: refused, rather than retired all the same."""
        image_id = self.image()
        self.build_desktop(image_id=image_id)
        refused = []

        def ask():
            # It is deactivated by now, but neither hidden nor retired.
            for verb in ('restore', 'activate', 'deactivate'):
                error = self.refusal(self.act, 'images', image_id, verb)
                refused.append((verb, error[0], error[1]['code']))

        self.cloud.fault('image', 'PATCH', image_id, times=1, callback=ask)
        self.finish(self.act('images', image_id, 'retire'))
        self.assertEqual(
            [
                (verb, 409, 'image_busy')
                for verb in ('restore', 'activate', 'deactivate')
            ],
            refused,
        )
        self.act('images', image_id, 'restore')

    def test_several(self):
        """I6: with a verdict for each."""
        image_id, queued = self.image(), self.image(status='queued')
        order = self.finish(
            self.api.post(
                '/images/actions/retire', image_ids=[image_id, queued]
            )
        )
        self.assertEqual(
            ['done', 'refused'], [each['status'] for each in order['items']]
        )
