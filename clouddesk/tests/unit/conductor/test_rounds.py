import types
from unittest import mock

from oslotest import base

from clouddesk import exceptions
from clouddesk.conductor import rounds


class RoundsTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.patch(rounds, '_PAGE', 2)
        self.read = mock.Mock(side_effect=self.rows)
        self.ids = ['a', 'b', 'c', 'd', 'e']

    def rows(self, limit, after):
        later = [each for each in self.ids if each > (after or '')]
        return [types.SimpleNamespace(id=each) for each in later[:limit]]

    def test_every_page(self):
        found = [row.id for row in rounds.pages(self.read)]
        self.assertEqual(self.ids, found)
        self.assertEqual(3, self.read.call_count)

    def test_a_page_that_is_just_full(self):
        self.ids = ['a', 'b']
        self.assertEqual(2, len(list(rounds.pages(self.read))))

    def test_many_that_are_blocked_do_not_hold_up_the_rest(self):
        errors = {'b': exceptions.Conflict(), 'c': exceptions.CloudError()}

        def act(desktop):
            if desktop.id in errors:
                raise errors[desktop.id]
            return 'done'

        counts = rounds.over_desktops(self.read, act, 'done')
        self.assertEqual({'done': 3, 'failed': 1}, counts)
