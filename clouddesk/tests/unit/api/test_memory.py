from unittest import mock

from oslotest import base

from clouddesk.api import memory


class MemoryTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.memory = memory.Memory(60, 2)
        self.now = 100.0
        clock = mock.patch(
            'clouddesk.api.memory.time.monotonic', lambda: self.now
        )
        clock.start()
        self.addCleanup(clock.stop)

    def test_for_a_while(self):
        """It counts from the question, not from the answer."""
        self.memory.put('ada', 1, 90.0)
        self.now = 149.0
        self.assertEqual(1, self.memory.get('ada'))
        self.now = 150.0
        self.assertIsNone(self.memory.get('ada'))

    def test_the_oldest_is_forgotten(self):
        for name in ('ada', 'bob', 'ada', 'eve'):
            self.memory.put(name, name, self.now)
        found = [self.memory.get(name) for name in ('ada', 'bob', 'eve')]
        self.assertEqual(['ada', None, 'eve'], found)
        self.assertEqual(2, len(self.memory))

    def test_forget(self):
        self.memory.put('ada', 1, self.now)
        self.memory.forget()
        self.assertIsNone(self.memory.get('ada'))
