from openstack import exceptions

from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

WIN = fakes.image()
ADA = fakes.desktop('Ada')
PATH = '/images/%s/login' % WIN['id']
KEPT = {'user': 'Administrator', 'has_password': True, 'source': 'image'}


class ImageLoginsTest(base.SDKTest):
    def test_i7_get(self):
        self.cloud.answer('GET', PATH, KEPT)
        login = self.proxy.get_image_login(WIN['id'])
        for field, value in KEPT.items():
            self.assertEqual(value, getattr(login, field))

    def test_i7_set(self):
        self.cloud.answer('PUT', PATH, KEPT)
        login = self.proxy.set_image_login(
            WIN['id'], 'Administrator', 'swordfish'
        )
        body = {'user': 'Administrator', 'password': 'swordfish'}
        self.assertEqual(('PUT', PATH, body), self.cloud.calls()[-1])
        self.assertTrue(login.has_password)
        self.assertNotIn('swordfish', repr(login))

    def test_i7_delete(self):
        self.cloud.answer('DELETE', PATH, status_code=204)
        self.proxy.delete_image_login(WIN['id'])
        self.assertEqual('DELETE', self.cloud.calls()[-1][0])

    def test_refusals_are_raised(self):
        for method in ('PUT', 'DELETE'):
            self.cloud.refuse(method, PATH, 403, 'No.')
        self.assertRaises(
            exceptions.ForbiddenException,
            self.proxy.set_image_login,
            WIN['id'],
            'a',
            'b',
        )
        self.assertRaises(
            exceptions.ForbiddenException,
            self.proxy.delete_image_login,
            WIN['id'],
        )

    def test_v38_the_login_of_a_desktop(self):
        path = '/desktops/%s/actions/login' % ADA['id']
        login = {'user': 'ada', 'password': None, 'source': 'image'}
        self.cloud.answer('POST', path, login)
        self.assertEqual(login, self.proxy.get_desktop_login(ADA['id']))
        self.assertEqual({}, self.cloud.calls()[-1][2])
        self.proxy.get_desktop_login(ADA['id'], with_password=True)
        self.assertEqual({'with_password': True}, self.cloud.calls()[-1][2])
