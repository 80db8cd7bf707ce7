"""The history, and the accounts of images, from end to end."""

import queue

import oslo_messaging

from clouddesk import notifications
from clouddesk import rpc
from clouddesk.api import access
from clouddesk.conf import CONF
from clouddesk.db.api import images
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base

PASSWORD = 'Correct horse 1'


def _own_image(test):
    """An image of the school's project."""
    return test.cloud.glance.create_image(
        test.school.project_id, 'mine', visibility='private'
    )


class _Endpoint:
    """Keeps what it hears."""

    def __init__(self):
        self.heard = queue.SimpleQueue()

    def info(self, ctxt, publisher_id, event_type, payload, metadata):
        self.heard.put((event_type, publisher_id, payload))

    error = info


class HistoryTest(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        access.forget()

    def told(self, api=None, **query):
        found = (api or self.api).get('/events', sort_dir='asc', **query)
        return [
            (each['action'], (each['subject'] or {}).get('type'))
            + (each['outcome'],)
            for each in found['events']
        ]

    def test_m22_the_life_of_a_pool(self):
        pool_id = self.build_pool(2)
        self.finish(self.api.delete('/pools/' + pool_id))
        made = [
            ('pool.create', 'pool', 'pending'),
            ('pool.create', 'desktop', 'success'),
            ('pool.create', 'desktop', 'success'),
            ('pool.create', 'pool', 'success'),
        ]
        gone = [('pool.delete', *rest) for _action, *rest in made]
        self.assertEqual([tuple(each) for each in made + gone], self.told())
        of_pool = self.told(subject_id=pool_id)
        self.assertEqual(4, len(of_pool))

    def test_m22_what_failed_is_told_with_its_reason(self):
        self.cloud.fault('compute', 'POST', '/servers', status=400)
        order = self.create_desktop()
        self.finish(order, 'failed')
        (event,) = self.api.get('/events', outcome='failure')['events']
        self.assertEqual('desktop.create', event['action'])
        self.assertEqual(self.desktops()[0]['fault']['code'], event['code'])

    def test_m22_the_history_of_an_image(self):
        image_id = _own_image(self)
        self.api.patch('/images/' + image_id, note='old')
        self.finish(self.api.delete('/images/' + image_id))
        found = self.api.get('/images/%s/history' % image_id)['events']
        self.assertEqual(
            [
                ('image.delete', 'success'),
                ('image.delete', 'pending'),
                ('image.update', 'success'),
            ],
            [(each['action'], each['outcome']) for each in found],
        )
        self.assertEqual({'mine'}, {each['subject']['name'] for each in found})

    def test_a_reader_sees_what_she_did(self):
        self.needs_more_than_one_person(standalone.NO_ADMIN)
        desktop_id = self.build_desktop()
        self.act('desktops', desktop_id, 'assign', user_id='rita')
        rita = self.service.client('rita')
        self.assertEqual([], self.told(rita))
        rita.post('/desktops/%s/actions/console' % desktop_id)
        self.assertEqual(
            [('desktop.console', 'desktop', 'success')], self.told(rita)
        )
        self.assertEqual([], self.told(self.service.client('stan')))
        self.assertEqual([], self.told(self.service.client('stranger')))

    def test_m22_others_hear_of_it(self):
        """Through the bus: started, and done, in both formats."""
        self.needs_more_than_one_person(standalone.OTHER_OPTIONS)
        ears = {name: self.listen(name) for name in ('versioned', 'cadf')}
        CONF.set_override(
            'driver', ['messagingv2'], 'oslo_messaging_notifications'
        )
        self.addCleanup(
            CONF.clear_override, 'driver', 'oslo_messaging_notifications'
        )
        notifications.init(CONF, 'api')
        self.addCleanup(notifications.cleanup)
        desktop_id = self.build_desktop()
        for name, ear in ears.items():
            heard = [ear.heard.get(timeout=30) for _each in range(2)]
            self.assertEqual(
                ['desktop.create.start', 'desktop.create.end'],
                [event_type for event_type, _publisher, _payload in heard],
            )
            payload = heard[-1][2]
            subject = (
                payload['clouddesk_object.data']['subject']
                if name == 'versioned'
                else payload['target']
            )
            self.assertEqual(desktop_id, subject['id'])

    def listen(self, name):
        transport = rpc.notification_transport()
        # Registers the options.
        oslo_messaging.Notifier(transport)
        topics = {'versioned': 'versioned_notifications'}
        endpoint = _Endpoint()
        listener = oslo_messaging.get_notification_listener(
            transport,
            [oslo_messaging.Target(topic=topics.get(name, 'notifications'))],
            [endpoint],
            executor='threading',
        )
        listener.start()
        self.addCleanup(listener.wait)
        self.addCleanup(listener.stop)
        return endpoint


class ImageLoginTest(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        access.forget()
        self.image_id = _own_image(self)
        self.path = '/images/%s/login' % self.image_id

    def refused(self, status, call, *args, **kwargs):
        refusal = self.assertRaises(service.Refusal, call, *args, **kwargs)
        self.assertEqual(status, refusal.status, refusal.error)

    def keep(self):
        return self.api.put(self.path, user='Admin', password=PASSWORD)

    def test_i7_kept_and_never_in_glance(self):
        before = dict(self.cloud.glance.images[self.image_id])
        self.assertEqual(
            {'user': 'Admin', 'has_password': True, 'source': 'image'},
            self.keep(),
        )
        self.assertEqual(before, self.cloud.glance.images[self.image_id])
        for path in ('/images/' + self.image_id, self.path, '/events'):
            self.assertNotIn(PASSWORD, str(self.api.get(path)))
        self.assertIsNone(self.api.delete(self.path))
        self.assertEqual('default', self.api.get(self.path)['source'])

    def test_i7_forgotten_with_its_image(self):
        """Also when somebody deletes the image in Glance."""
        self.keep()
        del self.cloud.glance.images[self.image_id]
        self.running.stop()
        self.running = self.service.start_conductor()
        service.until(lambda: images.find(self.image_id) is None, bool)

    def test_i7_v38_handed_to_the_assigned_user(self):
        self.needs_more_than_one_person(standalone.NO_ADMIN)
        self.keep()
        order = self.api.post(
            '/desktops', **self.spec(name='Ada') | {'image_id': self.image_id}
        )
        self.finish(order)
        path = '/desktops/%s/actions/' % order['items'][0]['desktop_id']
        self.api.post(path + 'assign', user_id='rita')
        rita = self.service.client('rita')
        console = rita.post(path + 'console', login=True)
        self.assertEqual(
            {'user': 'Admin', 'password': PASSWORD, 'source': 'image'},
            console['login'],
        )
        login = rita.post(path + 'login', with_password=True)
        self.assertEqual(PASSWORD, login['password'])
        for name in ('stan', 'stranger'):
            self.refused(
                404,
                self.service.client(name).post,
                path + 'login',
                with_password=True,
            )
        self.refused(403, rita.get, self.path)
        self.refused(403, rita.put, self.path, user='a', password='b')

    def test_i7_only_who_may_change_the_image(self):
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        public = '/images/%s/login' % self.cloud.glance.create_image(
            self.school.other_project_id, 'theirs'
        )
        stranger = self.service.client('stranger')
        self.refused(403, self.api.put, public, user='a', password='b')
        self.refused(404, stranger.get, self.path)
        self.refused(404, stranger.put, self.path, user='a', password='b')
        self.refused(404, stranger.delete, self.path)
