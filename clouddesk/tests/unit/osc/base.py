import io
import json
import logging
import shlex

import fixtures
from openstackclient import shell
from oslotest import base

from clouddesk.tests.unit.sdk import fakes


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


class ShellTest(base.BaseTestCase):
    """Runs the real ``openstack`` command in this process."""

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(fakes.Cloud())
        self._use_clouds_yaml()
        self._keep('handlers', logging.getLogger())
        self._keep('level', logging.getLogger())

    def openstack(self, line, stdin=None, stderr=None):
        """Run a command line.

        :param stdin: what a person types; None when there is nobody
        :returns: exit code, standard output, standard error
        """
        out, err = io.StringIO(), stderr or io.StringIO()
        typed = io.StringIO() if stdin is None else Terminal(stdin)
        with (
            fixtures.MonkeyPatch('sys.stdin', typed),
            fixtures.MonkeyPatch('sys.stdout', out),
            fixtures.MonkeyPatch('sys.stderr', err),
        ):
            try:
                code = shell.main(shlex.split(line))
            except SystemExit as end:
                code = end.code
        return code, out.getvalue(), err.getvalue()

    def succeed(self, line, **kwargs):
        """Run a command line that must work; answer with its output."""
        code, out, err = self.openstack(line, **kwargs)
        self.assertEqual(0, code, err)
        return out

    def json(self, line):
        """The JSON that a command prints."""
        return json.loads(self.succeed(line + ' -f json'))

    def complain(self, line, code=1, **kwargs):
        """Run a command line that must fail; answer with what it says."""
        ended, out, err = self.openstack(line, **kwargs)
        self.assertEqual(code, ended, out + err)
        self.assertNotIn('Traceback', err)
        return err

    def know(self, *desktops):
        """Let the service answer for desktops, by id and by name."""
        self._know('desktops', desktops)

    def know_pools(self, *pools):
        """Let the service answer for pools, by id and by name."""
        self._know('pools', pools)

    def know_templates(self, *templates):
        """Let the service answer for templates, by id and by name."""
        self._know('templates', templates)

    def know_our_images(self, *images, hidden=()):
        """Let the service answer for images, by id and by name."""
        for image in (*images, *hidden):
            self.cloud.answer('GET', '/images/' + image['id'], image)
            name = image['name']
            self.cloud.refuse('GET', '/images/' + name, 404, 'Unknown.')
            for place, known in (('false', images), ('true', hidden)):
                query = '?name=%s&status=all&hidden=%s' % (name, place)
                same = [each for each in known if each['name'] == name]
                self.cloud.answer('GET', '/images' + query, {'images': same})

    def know_images(self, name, image_id):
        """Let Glance answer for an image."""
        url = 'http://image.example.org'
        version = {
            'id': 'v2.9',
            'status': 'CURRENT',
            'links': [{'rel': 'self', 'href': url + '/v2/'}],
        }
        self.cloud.requests.get(url, json={'versions': [version]})
        self.cloud.requests.get(url + '/', json={'versions': [version]})
        self.cloud.requests.get(f'{url}/v2/images/{name}', status_code=404)
        self.cloud.requests.get(
            url + '/v2/images',
            json={'images': [{'id': image_id, 'name': name}]},
        )

    def know_flavors(self, name, flavor_id):
        """Let Nova answer for a flavor."""
        url = 'http://compute.example.org/v2.1'
        version = {
            'id': 'v2.1',
            'status': 'CURRENT',
            'version': '2.96',
            'min_version': '2.1',
            'links': [{'rel': 'self', 'href': url + '/'}],
        }
        flavor = {'id': flavor_id, 'name': name}
        self.cloud.requests.get(url, json={'version': version})
        self.cloud.requests.get(url + '/', json={'version': version})
        self.cloud.requests.get(f'{url}/flavors/{name}', status_code=404)
        self.cloud.requests.get(
            f'{url}/flavors/{flavor_id}', json={'flavor': flavor}
        )
        for path in ('/flavors', '/flavors/detail'):
            self.cloud.requests.get(url + path, json={'flavors': [flavor]})

    def know_networks(self, name, network_id):
        """Let Neutron answer for a network."""
        url = 'http://network.example.org/v2.0/networks'
        self.cloud.requests.get(f'{url}/{name}', status_code=404)
        self.cloud.requests.get(
            url, json={'networks': [{'id': network_id, 'name': name}]}
        )

    def _know(self, noun, resources):
        for resource in resources:
            self.cloud.answer('GET', f'/{noun}/{resource["id"]}', resource)
            name = resource['name']
            self.cloud.refuse('GET', f'/{noun}/{name}', 404, 'Unknown.')
            same = [other for other in resources if other['name'] == name]
            self.cloud.answer('GET', f'/{noun}?name={name}', {noun: same})

    def _use_clouds_yaml(self):
        home = self.useFixture(fixtures.TempHomeDir()).path
        path = home + '/clouds.yaml'
        cloud = {
            'auth': {
                'auth_url': fakes.AUTH_URL,
                'username': 'teacher',
                'password': 'secret',
                'project_id': fakes.PROJECT_ID,
                'user_domain_id': 'default',
            },
            'region_name': 'RegionOne',
        }
        with open(path, 'w') as stream:
            json.dump({'clouds': {'test': cloud}}, stream)
        for name, value in (
            ('OS_CLIENT_CONFIG_FILE', path),
            ('OS_CLOUD', 'test'),
            ('COLUMNS', '400'),
        ):
            self.useFixture(fixtures.EnvironmentVariable(name, value))

    def _keep(self, attribute, logger):
        value = getattr(logger, attribute)
        value = list(value) if isinstance(value, list) else value
        self.addCleanup(setattr, logger, attribute, value)
