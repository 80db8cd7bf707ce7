from unittest import mock

from oslotest import base

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.api import consoles
from clouddesk.cloud import compute
from clouddesk.cloud import types
from clouddesk.db import models


class ConsoleTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        nova = mock.create_autospec(compute.Compute, instance=True)
        patch = mock.patch.object(
            cloud,
            'for_project',
            autospec=True,
            return_value=mock.Mock(compute=nova),
        )
        self.for_project = patch.start()
        self.addCleanup(patch.stop)
        self.console = nova.console
        self.desktop = models.Desktop(
            id='d', name='Ada', status='running', server_id='s', project_id='p'
        )

    def open(self):
        return consoles.open_(self.desktop, 'novnc')

    def refuse(self, error, kind):
        self.console.side_effect = error
        return self.assertRaises(kind, self.open)

    def test_what_nova_answers(self):
        self.console.return_value = types.Console('novnc', 'vnc', 'http://x/')
        self.assertEqual(
            {'type': 'novnc', 'protocol': 'vnc', 'url': 'http://x/'},
            self.open(),
        )
        self.for_project.assert_called_once_with('p')
        self.console.assert_called_once_with('s', 'novnc')

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
