"""Every field of every request at the edges of its schema (house rule 9)."""

import sqlite3

import hypothesis
from hypothesis import strategies as st

from clouddesk.tests import tally
from clouddesk.tests.functional import base
from clouddesk.tests.fuzz import aims
from clouddesk.tests.fuzz import edges
from clouddesk.tests.fuzz import judge

#: The short form takes each so-many-th edge, others for each route.
_EVERY = 1 if tally.is_long() else 29
_SETTINGS = hypothesis.settings(
    max_examples=2000 if tally.is_long() else 50,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


class EdgesTest(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        aims.limit_servers(self.service)
        self.target = aims.of(self.service, 'grace')
        self.target.furnish()
        self.judge = judge.Judge(self.target, self.rows())

    def rows(self):
        """How many rows there are, where nobody else changes them."""
        if self.service.standalone:
            return lambda: None
        self.running.stop()
        connection = sqlite3.connect(self.service._database)
        self.addCleanup(connection.close)
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' "
            # That somebody was refused is history.
            "AND name != 'events'"
        ).fetchall()
        query = ' UNION ALL '.join(
            'SELECT count(*) FROM "%s"' % name for (name,) in names
        )
        return lambda: connection.execute(query).fetchall()

    def places(self, where):
        """Without those that wait for a conductor, which is stopped.

        Those are tried by :class:`ConductorEdgesTest`.
        """
        return [
            each
            for each in judge.places()
            if each.where == where
            and (self.service.standalone or not each.asks_conductor)
        ]

    def try_all(self, where):
        for number, place in enumerate(self.places(where)):
            for edge in edges.alternate(place.edges(), _EVERY, number):
                self.judge.try_(place, edge)
        self.assertGreater(self.judge.statuses[400], 0)
        self.assertEqual([], self.judge.complaints)

    def test_bodies(self):
        """Taken, or refused with the field; nothing is half made."""
        self.try_all('body')

    def test_queries(self):
        self.try_all('query')

    def test_several_edges_at_once(self):
        """Whatever one field hides, another one may show."""
        places = self.places('body')

        @_SETTINGS
        @hypothesis.given(st.data())
        def check(data):
            place = data.draw(st.sampled_from(places))
            several = data.draw(
                st.lists(st.sampled_from(list(place.edges())), max_size=5)
            )
            body = self.judge.good(place)
            for edge in several:
                body = edge.put_into(body) if edge.path else body
            self.refuse_or_take(place, edges.encode(body))

        check()

    def test_bodies_that_are_no_json(self):
        """Cut off, with bytes turned, repeated: never more than a 400."""
        places = self.places('body')

        @_SETTINGS
        @hypothesis.given(st.data())
        def check(data):
            place = data.draw(st.sampled_from(places))
            good = edges.encode(self.judge.good(place))
            at = data.draw(st.integers(0, len(good)))
            noise = data.draw(st.binary(max_size=8))
            length = data.draw(st.integers(0, 8))
            self.refuse_or_take(place, good[:at] + noise + good[at + length :])

        check()

    def refuse_or_take(self, place, body):
        answer = self.judge.send_bytes(place, body)
        self.assertLess(answer.status_code, 500, (place, body, answer.text))
        if answer.status_code == 400:
            error = answer.json()['error']
            self.assertTrue(error['details'].get('field'), error)


class ConductorEdgesTest(base.FunctionalTestCase):
    def test_a_conductor_answers(self):
        """Where one runs nobody is told that it is away."""
        self.build_desktop()
        judging = judge.Judge(aims.of(self.service, 'grace'))
        for place in judge.places():
            if place.asks_conductor:
                for edge in place.edges():
                    judging.try_(place, edge)
        self.assertEqual([], judging.complaints)
        self.assertGreater(judging.statuses[200], 0)
        self.assertGreater(judging.statuses[400], 0)
