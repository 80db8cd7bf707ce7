from unittest import mock

import oslo_messaging
from oslotest import base

from clouddesk import exceptions
from clouddesk.api import consoles
from clouddesk.conductor import rpcapi
from clouddesk.db import models


class ConsoleTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        patch = mock.patch.object(
            rpcapi.ConductorAPI, 'console', autospec=True
        )
        self.console = patch.start()
        self.addCleanup(patch.stop)
        self.desktop = models.Desktop(
            id='d', name='Ada', status='running', server_id='s', project_id='p'
        )

    def open(self):
        return consoles.open_(self.desktop, 'novnc')

    def refuse(self, error, kind):
        self.console.side_effect = error
        return self.assertRaises(kind, self.open)

    def test_a_running_desktop_without_a_server(self):
        self.desktop.server_id = None
        self.assertRaises(exceptions.DesktopWrongState, self.open)

    def test_nova_refuses(self):
        error = self.refuse(
            exceptions.CloudConflict(service='Nova', reason='not ready'),
            exceptions.Conflict,
        )
        self.assertEqual('No console: Nova answered: not ready', error.text)

    def test_nova_is_away(self):
        self.refuse(
            exceptions.CloudError(
                service='Nova', reason='timed out', transient=True
            ),
            exceptions.ServiceUnavailable,
        )

    def test_no_conductor_answers(self):
        self.refuse(
            exceptions.ServiceUnavailable(service='clouddesk-conductor'),
            exceptions.ServiceUnavailable,
        )

    def test_a_conductor_fails(self):
        self.refuse(
            oslo_messaging.RemoteError('KeyError', 'x'),
            exceptions.ServiceUnavailable,
        )
