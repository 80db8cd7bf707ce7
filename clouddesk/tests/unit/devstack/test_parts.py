"""The Python parts: templates, free networks, clouds.yaml."""

import subprocess
import sys

import yaml

from clouddesk.tests.unit.devstack import base


class RenderTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.setenv('PORT_KEYSTONE', '21000')
        self.setenv('PORT_MYSQL', '21009')
        self.template = self.home / 'in'
        self.target = self.home / 'out'

    def render(self, text: str) -> str:
        self.template.write_text(text)
        self.part('render').main(str(self.template), str(self.target))
        return self.target.read_text()

    def test_variable(self) -> None:
        self.assertEqual('p = 21000', self.render('p = @PORT_KEYSTONE@'))

    def test_secret_next_to_an_at_sign(self) -> None:
        self.secret('rabbit', 's3')
        self.assertEqual(
            'rabbit://u:s3@127.0.0.1:21000/',
            self.render(
                'rabbit://u:@secret:rabbit@@127.0.0.1:@PORT_KEYSTONE@/'
            ),
        )

    def test_auth(self) -> None:
        self.secret('nova', 's3')
        text = self.render('[x]\n@auth:nova@\n')
        self.assertIn('auth_url = http://127.0.0.1:21000/v3\n', text)
        self.assertIn('username = nova\npassword = s3\n', text)

    def test_database_of_another_user(self) -> None:
        self.secret('db-nova', 's3')
        self.assertEqual(
            'mysql+pymysql://nova:s3@127.0.0.1:21009/nova_api?charset=utf8',
            self.render('@database:nova_api:nova@'),
        )

    def test_unknown_name_is_an_error(self) -> None:
        self.assertRaises(KeyError, self.render, '@NO_SUCH_NAME@')
        self.assertFalse(self.target.exists())

    def test_only_the_owner_reads_it(self) -> None:
        self.render('x')
        self.assertEqual(0o600, self.target.stat().st_mode & 0o777)

    def test_unchanged_file_keeps_its_time(self) -> None:
        self.render('x')
        before = self.target.stat().st_mtime_ns
        self.render('x')
        self.assertEqual(before, self.target.stat().st_mtime_ns)

    def test_each_template_is_complete(self) -> None:
        """Every template names only what the script provides."""
        self.setenv('RUN', '/r')
        known = {'secret', 'auth', 'database'}
        pattern = self.part('render').re.compile(r'@([a-z]+):[\w:-]+@')
        for template in (base.PARTS / 'etc').iterdir():
            verbs = set(pattern.findall(template.read_text()))
            self.assertLessEqual(verbs, known, template.name)


class FreeNetTestCase(base.TestCase):
    def free(self, first: int, routes: str) -> str:
        done = subprocess.run(
            [sys.executable, str(base.PARTS / 'freenet.py'), str(first)],
            input=routes,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def test_nothing_routed(self) -> None:
        self.assertEqual('172.30.6', self.free(5, ''))

    def test_routed_nets_are_skipped(self) -> None:
        routes = (
            'default via 192.0.2.1 dev eth0\n'
            '172.30.6.0/24 dev br0 scope link\n'
            'local 172.30.7.9 dev br1 table local\n'
            'blackhole 172.30.8.0/23\n'
        )
        self.assertEqual('172.30.10', self.free(5, routes))

    def test_it_begins_again_at_one(self) -> None:
        self.assertEqual('172.30.1', self.free(253, '172.30.254.0/24 dev x'))


class CloudsTestCase(base.TestCase):
    def clouds(self) -> dict:
        self.setenv('PORT_KEYSTONE', '21000')
        catalog = self.part('catalog')
        self.secret('admin', 'a')
        for school in catalog.SCHOOLS:
            for persona in catalog.PERSONAS:
                self.secret(f'{school}-{persona}', f'{school}/{persona}')
        catalog.write_clouds()
        with open(self.home / 'clouds.yaml') as stream:
            return yaml.safe_load(stream)['clouds']

    def test_personas(self) -> None:
        clouds = self.clouds()
        self.assertEqual(12, len(clouds))
        self.assertEqual('school-a/member', password(clouds['school-a']))
        self.assertEqual(
            'school-b/reader', password(clouds['school-b-reader'])
        )
        self.assertEqual('all', clouds['system']['auth']['system_scope'])
        self.assertNotIn('project_name', clouds['system']['auth'])

    def test_only_the_owner_reads_it(self) -> None:
        self.clouds()
        mode = (self.home / 'clouds.yaml').stat().st_mode
        self.assertEqual(0o600, mode & 0o777)


def password(cloud: dict) -> str:
    return cloud['auth']['password']
