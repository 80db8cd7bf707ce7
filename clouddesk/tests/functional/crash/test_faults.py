"""Every call of every order, and every way in which it can go wrong.

Once: it passes, and nobody notices. For ever: the order fails and says why,
and when the cloud works again a retry ends well, or a deletion. Rules 3, 4,
8 and 9 of the house; S14.
"""

import ddt

from clouddesk.tests import tally
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional.crash import called
from clouddesk.tests.functional.crash import faulty
from clouddesk.tests.functional.crash import ways

PLACES = [
    (name, call)
    for name, calls in called.CALLS.items()
    for call in (*calls, called.TOKEN)
]


class Case:
    """One cell of the matrix; its name ends up in that of the test."""

    def __init__(self, place, kind, often):
        self.way, self.call = place
        self.kind = kind
        self.often = often
        self.__name__ = faulty.named((self.way, self.call, kind, often))

    def passes(self):
        """Whether nobody is to notice it."""
        if self.often == faulty.FOREVER:
            return False
        busy = self.call.service == 'compute' and self.call.method != 'GET'
        return self.kind in faulty.PASSING or (
            busy and self.kind == '409 busy'
        )

    def retries(self):
        """Whether the end is a retry, and not a deletion.

        About one in four is deleted, always the same ones.
        """
        return bool(ways.WAYS[self.way].ends and len(self.__name__) % 4)


CASES = [Case(*each) for each in faulty.chosen(faulty.matrix(PLACES))]


@ddt.ddt
class FaultTest(faulty.FaultTestCase):
    """S14: whatever answers wrongly, and whenever."""

    @ddt.idata(CASES)
    def test_of(self, case):
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        what = '%s, %s' % (case.kind, case.often)
        tally.track(self, case.way, str(case.call), what)
        way = ways.WAYS[case.way]
        way.prepare(self)
        order = self.held(lambda: way.give(self))
        if case.call is called.TOKEN:
            self.expire_tokens()
        fault = self.spoil(case.call, case.kind, case.often)
        self.let_go()
        way.meanwhile(self, order)
        order = self.ended(order)
        self.assertGreater(fault.hits, 0)
        if case.passes():
            self.assertEqual(way.status, order['status'], order)
        self.assertAtRest()
        self.lift()
        if order['status'] == 'failed':
            self.assertExplained(order)
            self.recover(case, order)
        else:
            self.assertStatuses(way.ends, self.desktops())
        self.assertWholeAgain()

    def recover(self, case, order):
        if case.retries():
            # Who may give every order, migrations and repairs, too.
            self.service.client('root').post(
                '/work-orders/%s/actions/retry' % order['id']
            )
            self.finish(order)
            self.assertStatuses(ways.WAYS[case.way].ends, self.desktops())
            return
        self.remove_groups()
        for desktop in self.desktops():
            self.finish(self.api.delete('/desktops/' + desktop['id']))
        # What an image was read from may have to wait for the sweep.
        self.swept()
        self.assertNothingLeft()


@ddt.ddt
class CallsTest(faulty.FaultTestCase):
    """The matrix is whole: no way makes a call that is not in it."""

    @ddt.data(*ways.WAYS)
    def test_calls_of(self, name):
        way = ways.WAYS[name]
        way.prepare(self)
        order = self.held(lambda: way.give(self))
        with self.cloud.recorded() as recorded:
            self.let_go()
            way.meanwhile(self, order)
            self.finish(order, way.status)
        self.assertEqual(set(called.CALLS[name]), set(faulty.calls(recorded)))
        self.assertStatuses(way.ends, self.desktops())
        self.assertWholeAgain()
