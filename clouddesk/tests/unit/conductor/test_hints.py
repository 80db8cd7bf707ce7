from oslotest import base

from clouddesk.conductor import hints


class HintsTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.looks = []
        self.hints = hints.Hints(
            lambda servers, desktops: self.looks.append((servers, desktops)),
            delay=0,
        )

    def hint(self, server_id, event='instance.update', task=None, desktop='d'):
        self.hints.hint(server_id, desktop, event, 'active', task)

    def test_many_hints_make_one_look(self):
        for server_id in ('a', 'b', 'a'):
            self.hint(server_id)
        self.hint('c', desktop=None)
        self.hints.flush()
        self.assertEqual([({'a', 'b', 'c'}, {'d'})], self.looks)

    def test_a_server_in_the_middle_of_a_task_is_left(self):
        self.hint('a', task='spawning')
        self.hints.flush()
        self.assertEqual([], self.looks)

    def test_a_server_between_two_tasks_of_its_build_is_left(self):
        self.hints.hint('a', 'd', 'instance.update', 'building', None)
        self.hints.flush()
        self.assertEqual([], self.looks)

    def test_every_word_of_nova_is_heard(self):
        heard = []
        hints_ = hints.Hints(
            lambda servers, desktops: None, heard=heard.append
        )
        hints_.hint('a', 'd', 'instance.update', 'building', 'spawning')
        hints_.hint('b', None, 'instance.update', 'active', None)
        self.assertEqual(['d'], heard)

    def test_an_error_is_looked_at_in_any_case(self):
        self.hint('a', 'instance.create.error', task='spawning')
        self.hints.flush()
        self.assertEqual(1, len(self.looks))

    def test_an_edited_desktop_is_looked_at(self):
        self.hints.look_at('d')
        self.hints.flush()
        self.assertEqual([(set(), {'d'})], self.looks)

    def test_a_look_that_fails_is_survived(self):
        hints_ = hints.Hints(lambda servers, desktops: 1 / 0)
        hints_.hint('a', None, 'instance.update', 'active', None)
        hints_.flush()
        hints_.flush()

    def test_the_thread_looks_and_ends(self):
        hints_ = hints.Hints(lambda servers, desktops: hints_.stop(), delay=0)
        hints_.hint('a', None, 'instance.update', 'active', None)
        hints_._run()
        self.assertTrue(hints_._stopped.is_set())
