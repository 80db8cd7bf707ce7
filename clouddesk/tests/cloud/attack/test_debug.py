"""The same secrets, looked for when every library tells all it does."""

import socket
import sys

import fixtures
import requests
from testtools import content

from clouddesk.tests.cloud import base
from clouddesk.tests.cloud.attack import test_secrets
from clouddesk.tests.cloud.crash import base as crash
from clouddesk.tests.fixtures import service


class DebugTest(crash.CrashTest, test_secrets.SecretsTest):
    """House rule 11, by an API and a conductor of the test's own."""

    options = crash.PATIENT | {
        'DEFAULT': {
            'debug': True,
            # The statements with their values are what the database holds.
            'default_log_levels': 'sqlalchemy=WARNING',
        }
    }

    def setUp(self):
        super().setUp()
        self.worker = self.spawn()
        self.api = self.serve()

    def serve(self):
        """An API that the commands of this test find."""
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        url = 'http://127.0.0.1:%d' % port
        files = (self.site.config_file, self._options_file)
        program = 'clouddesk.tests.fixtures.mortal_api'
        process = self.useFixture(
            service.Process(
                [sys.executable, '-m', program, str(port)],
                {'OS_CLOUDDESK_CONFIG_FILES': ';'.join(map(str, files))},
            )
        )
        self.addOnException(
            lambda _: self.addDetail(
                'api', content.text_content(process.output()[-base.TAIL :])
            )
        )
        self.until(lambda: _serves(url), 'an API')
        self.useFixture(
            fixtures.EnvironmentVariable(
                'OS_DESKTOP_ENDPOINT_OVERRIDE', url + '/v1'
            )
        )
        return process

    def logged(self):
        for name, part in (('api', self.api), ('conductor', self.worker)):
            lines = part.output()
            self.assertIn('keystoneauth', lines)
            yield name, lines


def _serves(url):
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False
