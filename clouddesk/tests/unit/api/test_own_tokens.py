import webob
import webob.exc

from clouddesk import exceptions
from clouddesk.api import own_tokens
from clouddesk.tests.unit.cloud import own


def _application(environ, start_response):
    start_response('200 OK', [])
    roles = environ.get('HTTP_X_ROLES', '')
    return [roles.encode()]


class LayerTest(own.OwnCloudTestCase):
    def setUp(self):
        super().setUp()
        self.app = own_tokens.layer(_application)

    def ask(self, token):
        request = webob.Request.blank('/v1/desktops')
        if token:
            request.headers['X-Auth-Token'] = token
        # What a caller says of herself is not believed.
        request.headers['X-Roles'] = 'admin'
        return request.get_response(self.app)

    def test_people_of_the_project_come_in_with_their_roles(self):
        for name, role in (('tina', 'member'), ('rita', 'reader')):
            answer = self.ask(self.school.token(name))
            self.assertEqual(200, answer.status_int)
            self.assertIn(role, answer.text.split(','))
            self.assertNotIn('admin', answer.text)

    def test_another_project_is_told_which_one_is_served(self):
        error = self.assertRaises(
            exceptions.Forbidden, self.ask, self.school.token('stranger')
        )
        self.assertEqual(403, error.status)
        self.assertIn(self.school.project_id, error.text)

    def test_bad_and_missing_tokens(self):
        for token in ('nonsense', ''):
            answer = self.ask(token)
            self.assertEqual(401, answer.status_int)
            self.assertIn(
                self.emulator.keystone.url, answer.headers['WWW-Authenticate']
            )

    def test_keystone_is_asked_once_a_minute(self):
        token = self.school.token('rita')
        before = len(self.emulator._calls)
        self.ask(token)
        asked = len(self.emulator._calls)
        self.assertGreater(asked, before)
        self.ask(token)
        self.assertEqual(asked, len(self.emulator._calls))

    def test_keystone_is_away(self):
        self.ask(self.school.token('rita'))
        self.emulator.fault('identity', 'GET', '/v3/auth/tokens', status=503)
        answer = self.ask(self.school.token('tina'))
        self.assertEqual(503, answer.status_int)
