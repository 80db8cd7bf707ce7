from concurrent import futures
import threading
from unittest import mock

from oslotest import base

from clouddesk import exceptions
from clouddesk.cloud import network
from clouddesk.cloud import types
from clouddesk.conductor import gathering
from clouddesk.conductor import scene

#: Seconds; only reached when something is broken.
LONG = 30


class GathererTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.calls = []
        self.out = threading.Semaphore(0)
        self.back = threading.Semaphore(0)
        self.pool = futures.ThreadPoolExecutor(8)
        self.addCleanup(self.pool.shutdown)

    def call(self, wanted):
        self.calls.append(wanted)
        self.out.release()
        self.assertTrue(self.back.acquire(timeout=LONG))
        return [each * 10 for each in wanted]

    def gather(self, call, most=3):
        """Results of five, of whom the first goes alone."""
        gatherer = gathering.Gatherer(call, most)
        asked = [self.pool.submit(gatherer.ask, 0)]
        self.out.acquire(timeout=LONG)
        for number in (1, 2, 3, 4):
            asked.append(self.pool.submit(gatherer.ask, number))
            while len(gatherer._waiting) < number:
                pass
        for _call in range(5):
            self.back.release()
        futures.wait(asked, LONG)
        return asked

    def test_who_waits_goes_together(self):
        asked = self.gather(self.call)
        self.assertEqual([[0], [1, 2, 3], [4]], self.calls)
        self.assertEqual(
            [0, 10, 20, 30, 40], [each.result() for each in asked]
        )

    def test_who_comes_alone_goes_at_once(self):
        gatherer = gathering.Gatherer(lambda wanted: wanted, 3)
        self.assertEqual([1, 2], [gatherer.ask(1), gatherer.ask(2)])

    def test_a_failure_is_everybodys(self):
        def call(wanted):
            self.call(wanted)
            raise ValueError('no')

        asked = self.gather(call)
        self.assertEqual([[0], [1, 2, 3], [4]], self.calls)
        for each in asked:
            self.assertIsInstance(each.exception(LONG), ValueError)

    def test_an_answer_that_is_too_short_keeps_nobody_waiting(self):
        gatherer = gathering.Gatherer(lambda wanted: [], 3)
        for _again in range(2):
            self.assertRaises(ValueError, gatherer.ask, 1)

    def test_a_failure_of_one_is_its_own(self):
        def call(wanted):
            results = self.call(wanted)
            return [KeyError(x) if x == 20 else x for x in results]

        asked = self.gather(call)
        self.assertIsInstance(asked[2].exception(LONG), KeyError)
        self.assertEqual(
            [0, 10, 30, 40], [asked[n].result() for n in (0, 1, 3, 4)]
        )


class PortsTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.network = mock.create_autospec(network.Network, instance=True)
        self.scene = scene.Scene(mock.Mock(network=self.network))

    def make(self, *names):
        return self.scene._make_ports(
            [types.NewPort(each, 'Ada', 'net') for each in names]
        )

    def test_many_with_one_call(self):
        self.network.create_ports.return_value = ['port-a', 'port-b']
        self.assertEqual(['port-a', 'port-b'], self.make('a', 'b'))
        self.network.create_port.assert_not_called()

    def test_what_is_refused_together_is_asked_for_alone(self):
        """The failure of one never poisons the batch (rule 8)."""
        refusal = exceptions.CloudQuotaExceeded(service='N', reason='full')
        self.network.create_ports.side_effect = refusal
        self.network.create_port.side_effect = ['port-a', refusal]
        self.assertEqual(['port-a', refusal], self.make('a', 'b'))

    def test_a_lost_answer_is_not_repeated(self):
        """Everybody looks before another try (rule 3)."""
        lost = exceptions.CloudError(service='N', reason='?', transient=True)
        self.network.create_ports.side_effect = lost
        self.assertRaises(exceptions.CloudError, self.make, 'a', 'b')
        self.network.create_port.assert_not_called()
