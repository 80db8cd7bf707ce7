import signal
from unittest import mock

from oslo_log import log as logging
from oslo_reports import guru_meditation_report
from oslo_service import service as oslo_service
from oslotest import base

from clouddesk import db
from clouddesk import rpc
from clouddesk.cmd import conductor
from clouddesk.conductor import service


class MainTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.mock(logging, 'setup')
        self.mock(guru_meditation_report.TextGuruMeditation, 'setup_autorun')
        self.patch(conductor.sys, 'argv', ['clouddesk-conductor'])
        self.launch = self.mock(oslo_service, 'launch')

    def mock(self, target, name):
        patcher = mock.patch.object(target, name, autospec=True)
        self.addCleanup(patcher.stop)
        return patcher.start()

    def configure(self, workers=1, timeout=60):
        options = mock.Mock()
        options.conductor.workers = workers
        options.conductor.lease_seconds = 90
        options.cloud.timeout = timeout
        self.patch(conductor, 'CONF', options)
        self.mock(logging, 'register_options')

    def main(self, workers):
        self.configure(workers)
        self.assertEqual(0, conductor.main())
        self.launch.return_value.wait.assert_called_once_with()
        return self.launch.call_args

    def test_one_worker_needs_no_parent(self):
        call = self.main(1)
        self.assertIsInstance(call.args[1], conductor.OnlyWorker)
        self.assertTrue(call.kwargs['no_fork'])

    def test_more_workers_have_one(self):
        call = self.main(3)
        self.assertNotIsInstance(call.args[1], conductor.OnlyWorker)
        self.assertEqual(3, call.args[2])
        self.assertFalse(call.kwargs['no_fork'])

    def test_a_bad_configuration_is_told_without_a_traceback(self):
        self.configure(timeout=61)
        self.assertIn('[cloud] timeout is 61', conductor.main())
        self.launch.assert_not_called()


class WorkerTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.order = mock.Mock()
        for target, name in (
            (db, 'configure'),
            (rpc, 'init'),
            (service.Conductor, 'start'),
        ):
            patcher = mock.patch.object(target, name, autospec=True)
            self.order.attach_mock(patcher.start(), name)
            self.addCleanup(patcher.stop)

    def started(self):
        return [call[0] for call in self.order.mock_calls]

    def test_nothing_is_opened_before_the_worker_starts(self):
        worker = conductor.Worker(conductor.CONF)
        self.assertEqual([], self.started())
        worker.start()
        self.assertEqual(['configure', 'init', 'start'], self.started())

    def test_sighup_reads_the_options_again(self):
        before = signal.getsignal(signal.SIGHUP)
        self.addCleanup(signal.signal, signal.SIGHUP, before)
        conductor.OnlyWorker(conductor.CONF).start()
        with mock.patch.object(
            conductor.CONF, 'mutate_config_files', autospec=True
        ) as mutate:
            signal.raise_signal(signal.SIGHUP)
        mutate.assert_called_once_with()
