"""What the loops do unasked, and audits, with a death in the middle.

Nothing holds a lease here: each of them must be right because of what it
writes, and when it writes it.
"""

import functools

import ddt
from oslotest import base as oslo_base
import sqlalchemy as sa

from clouddesk import db
from clouddesk.conf import CONF
from clouddesk.db import models
from clouddesk.db import turns
from clouddesk.db.api import courses
from clouddesk.db.api import debts
from clouddesk.db.api import images as images_api
from clouddesk.tests import tally
from clouddesk.tests.functional import base
from clouddesk.tests.functional.crash import loops
from clouddesk.tests.functional.crash import picture
from clouddesk.tests.functional.crash import stage

_LESSONS = 'clouddesk.db.api.lessons.'
_KEEPING = 'clouddesk.db.api.keeping.'
_LIKENESS = 'clouddesk.conductor.likeness.'
_ACT = 'clouddesk.db.api.desktop_orders.act'


class Loop:
    """Something that a conductor does by itself."""

    noun: str
    #: Its name in :mod:`clouddesk.conductor.reconciler`; None: it is no loop.
    loop: str | None
    #: Functions around which it can die; and the how many-th call it is.
    places: tuple[tuple[str, int], ...]
    options: dict = {}
    environment: dict[str, str] = {}

    def prepare(self, house):
        """Make what the loop will find; no conductor is there."""

    def is_over(self, house):
        """Whether the loop has done its work."""
        raise NotImplementedError


class Sweep(Loop):
    """Leftovers of a desktop that is gone."""

    noun = 'sweep'
    loop = 'sweep'
    places = (('clouddesk.conductor.sweep.remove', 2),)

    def prepare(self, house):
        with house.builder():
            desktop_id = house.build_desktop(**house.wish())
            kept = picture.leftovers(house)
            house.finish(house.api.delete('/desktops/' + desktop_id))
        picture.put_back(house, kept)

    def is_over(self, house):
        with house.cloud.lock:
            house.cinder.settle()
        return not (
            house.neutron.ports
            or house.neutron.floating_ips
            or house.cinder.volumes
        )


class Remains(Loop):
    """What is left of an image that nobody makes any longer."""

    noun = 'remains'
    loop = 'sweep'
    places = (('clouddesk.conductor.sweep.remove', 2),)

    def prepare(self, house):
        wanted = house.spec(name='golden', boot_from='volume', volume_size=2)
        with house.builder():
            order = house.keeper.post('/image-builds', **wanted)
            house.finish(order)
        loops.leave_remains(house, order['subject']['id'])

    def is_over(self, house):
        return not loops.remains(house)


class Restart(Loop):
    """V20: two desktops fell."""

    noun = 'keeper'
    loop = 'keeper'
    places = ((_KEEPING + 'restart', 1), (_KEEPING + '_count', 2))

    def prepare(self, house):
        with house.builder():
            house.build_pool(2)
        with house.cloud.lock:
            for server in house.nova.servers.values():
                server.become('stopped', 4)

    def is_over(self, house):
        orders = house.api.get('/work-orders')['work_orders']
        return len(orders) == 3 and all(
            order['status'] == 'succeeded' for order in orders
        )


class GiveUp(Restart):
    """V20: they fell too often."""

    noun = 'keeper gives up'
    places = ((_KEEPING + 'give_up', 1),)
    options = {'max_restarts': 0}

    def is_over(self, house):
        return all(desktop['fault'] for desktop in house.desktops())


class Return(Loop):
    """A floating desktop is left off."""

    noun = 'returns'
    loop = 'returns'
    places = (('clouddesk.db.api.assignments.release', 1),)
    options = {
        'return_interval': 0.2,
        'more': {'desktop': {'return_after': 1}},
    }
    on_return = 'keep'

    def prepare(self, house):
        # Not yet: a slow machine would see it go back in here.
        CONF.set_override('return_after', 0, group='desktop')
        try:
            self.leave(house)
        finally:
            CONF.clear_override('return_after', group='desktop')

    def leave(self, house):
        with house.builder():
            pool_id = house.build_pool(
                1,
                assignment='first_come',
                persistence='floating',
                on_return=self.on_return,
            )
            rita = house.school.users['rita']
            house.act('pools', pool_id, 'add_members', users=[rita])
            person = house.service.client('rita')
            person.post('/pools/%s/actions/take' % pool_id)
            house.finish(house.act('desktops', house.ids()[0], 'stop'))

    def is_over(self, house):
        return all(each['assignee'] is None for each in house.desktops())


class ReturnAndRebuild(Return):
    noun = 'returns, rebuilt'
    places = ((_ACT, 1), ('clouddesk.db.inserts.items', 1))
    on_return = 'rebuild'

    def is_over(self, house):
        orders = house.api.get('/work-orders', kind='desktop.rebuild')
        done = [o['status'] == 'succeeded' for o in orders['work_orders']]
        return done == [True]


class Bell(Loop):
    """I14: a lesson begins; there is no pool yet."""

    noun = 'timetable, start'
    loop = 'timetable'
    places = (
        (_LESSONS + 'begin', 1),
        (_LESSONS + 'begin', 2),
        (_LESSONS + 'invite', 1),
        ('clouddesk.db.turns.record', 1),
        ('clouddesk.db.api.courses.move', 1),
    )

    def prepare(self, house):
        self.make(house)

    def make(self, house, **extra):
        course = house.api.post(
            '/courses',
            **house.spec(
                name='maths',
                size=2,
                roster={'users': [house.school.users['rita']]},
                **base.ALWAYS,
                **extra,
            ),
        )
        self.course_id = course['id']

    def status(self, house):
        return house.api.get('/courses/' + self.course_id)['status']

    def is_over(self, house):
        return self.status(house) == 'in_session'


class LastBell(Bell):
    """I14: it ends, and everything is made again and put off."""

    noun = 'timetable, end'
    places = (
        (_LESSONS + 'begin', 1),
        (_LESSONS + 'begin', 2),
        (_LESSONS + 'begin', 3),
        ('clouddesk.db.api.courses.move', 1),
    )

    def prepare(self, house):
        self.make(house, at_end='rebuild')
        with house.builder():
            house.until(lambda: self.status(house) == 'in_session')
        row = courses.get(self.course_id)
        past = {'next_at': row.created_at, 'timetable': None}
        house.assertTrue(courses.move(turns.Turn(row, past)))

    def is_over(self, house):
        return self.status(house) == 'idle'


class Debts(Loop):
    """I14: an order held the desktops when their course ended."""

    noun = 'debts'
    loop = 'debts'
    places = ((_ACT, 1), ('clouddesk.db.api.debts.forget', 1))

    def prepare(self, house):
        with house.builder():
            pool_id = house.build_pool(2)
            house.finish(house.act('desktops', house.ids()[0], 'stop'))
        order = house.api.post(
            '/desktops/actions/rebuild', desktop_ids=house.ids()
        )
        debts.owe(pool_id, 'stop')
        house.act('work-orders', order['id'], 'cancel')

    def is_over(self, house):
        owed = sa.select(models.Desktop).where(
            models.Desktop.owed.is_not(None)
        )
        with db.reader() as session:
            is_paid = session.scalar(owed) is None
        return is_paid and all(
            each['status'] == 'off' for each in house.desktops()
        )


class Sync(Loop):
    """Two desktops were stopped in Nova."""

    noun = 'sync'
    loop = 'sync'
    places = (
        ('clouddesk.conductor.observation.row', 2),
        (_LIKENESS + 'Likeness.restore', 1),
    )

    def prepare(self, house):
        with house.builder():
            house.build_pool(2, keep_running=False)
        with house.cloud.lock:
            for server in house.nova.servers.values():
                server.become('stopped', 4)

    def is_over(self, house):
        return all(each['status'] == 'off' for each in house.desktops())


class Likeness(Loop):
    """V32, V39, V45: Nova does not know yet."""

    noun = 'likeness'
    loop = 'sync'
    places = (
        (_LIKENESS + '_lock', 2),
        (_LIKENESS + '_rename', 2),
        (_LIKENESS + '_keep', 2),
    )

    def prepare(self, house):
        with house.builder():
            house.build_pool(2)
        for number, desktop_id in enumerate(house.ids()):
            changes = {'name': 'Eve%d' % number, 'keep_running': False}
            house.api.patch('/desktops/' + desktop_id, **changes)
            path = '/desktops/%s/actions/lock' % desktop_id
            house.root.post(path, reason='Exam')

    def is_over(self, house):
        return all(
            server.locked
            and server.name.startswith('Eve')
            and server.metadata.get('HA_Enabled') != 'True'
            for server in house.nova.servers.values()
        )


class Stranded(Loop):
    """An order is gone without having freed its desktops."""

    noun = 'stranded'
    loop = 'stranded'
    places = (('clouddesk.db.api.desktops.observe', 1),)

    def prepare(self, house):
        with house.builder():
            house.build_pool(2)
        with db.writer() as session:
            session.execute(
                sa.update(models.Desktop).values(status='stopping')
            )

    def is_over(self, house):
        return all(each['status'] == 'running' for each in house.desktops())


class Purge(Loop):
    """History goes, and what is in use stays."""

    noun = 'purge'
    loop = 'purge'
    places = (
        ('clouddesk.db.api.purge.finished_orders', 1),
        ('clouddesk.db.api.events.purge', 1),
        ('clouddesk.secrets.purge', 1),
    )

    def prepare(self, house):
        with house.builder():
            house.build_pool(2)
            house.build_desktop()
        long_ago = models.WorkOrder.created_at.type.python_type(2020, 1, 1)
        with db.writer() as session:
            session.execute(
                sa.update(models.WorkOrder).values(finished_at=long_ago)
            )
            session.execute(
                sa.update(models.Event).values(created_at=long_ago)
            )

    def is_over(self, house):
        with db.reader() as session:
            events = session.scalar(sa.select(models.Event.id).limit(1))
        orders = house.api.get('/work-orders')['work_orders']
        return events is None and orders == []


class Repair(Loop):
    """Somebody asks for a repair, and asks again when nobody answers."""

    noun = 'audit repair'
    loop = None
    places = (('clouddesk.conductor.sweep.remove', 2), (_ACT, 1))
    options = {'sync_interval': 3600, 'sweep_interval': 3600}

    def prepare(self, house):
        with house.builder():
            desktop_id = house.build_desktop(**house.wish())
            kept = picture.leftovers(house)
            house.finish(house.api.delete('/desktops/' + desktop_id))
            house.build_desktop(name='Bob')
        (server,) = house.nova.servers.values()
        house.nova.destroy(server.id)
        picture.put_back(house, kept)
        self.environment = {'CLOUDDESK_REPAIR': house.school.project_id}

    def is_over(self, house):
        orders = house.api.get('/work-orders', status='queued,running')
        if orders['work_orders']:
            return False
        found = picture.auditor().differences(house.school.project_id)
        if found:
            picture.auditor().repair(
                house.school.project_id,
                None,
                {'user_id': house.school.users['grace'], 'request_id': None},
            )
        return not found


class Retirement(Loop):
    """H14: a retired image whose last user has gone."""

    noun = 'retirement'
    loop = 'retirement'
    places = (
        ('clouddesk.db.api.image_orders.act', 1),
        ('clouddesk.conductor.retirement.Retirement._one', 1),
    )

    def prepare(self, house):
        image_id = house.cloud.glance.create_image(
            house.school.project_id, 'old', visibility='private'
        )
        with house.builder():
            pool_id = house.build_pool(1, image_id=image_id)
            house.finish(house.act('images', image_id, 'retire'))
        # Not by a conductor that looks for retired images, too.
        with db.writer() as session:
            session.execute(sa.update(models.Desktop).values(pool_id=None))
            session.execute(sa.delete(models.Pool).filter_by(id=pool_id))
            session.execute(
                sa.update(models.Desktop).values(
                    image_id=house.school.image_id
                )
            )
        for server in house.nova.servers.values():
            server.image_id = house.school.image_id

    def is_over(self, house):
        names = [i['name'] for i in house.cloud.glance.images.values()]
        orders = house.api.get('/work-orders', status='queued,running')
        return 'old' not in names and not orders['work_orders']


class Vanished(Loop):
    """I7: somebody deleted an image in Glance that has an account."""

    noun = 'vanished'
    loop = 'vanished'
    places = (('clouddesk.db.api.images.remove', 1),)

    def prepare(self, house):
        images = house.cloud.glance
        image_id = images.create_image(
            house.school.project_id, 'old', visibility='private'
        )
        known = images_api.Known(image_id, house.school.project_id, 'old')
        images_api.update(known, {'login_user': 'ada'})
        del images.images[image_id]

    def is_over(self, house):
        return images_api.free(1, None) == []


LOOPS = (
    Retirement(),
    Vanished(),
    Sweep(),
    Remains(),
    Debts(),
    Sync(),
    Restart(),
    GiveUp(),
    Return(),
    ReturnAndRebuild(),
    Bell(),
    LastBell(),
    Likeness(),
    Stranded(),
    Purge(),
    Repair(),
)
#: Loops that are killed elsewhere, and where.
ELSEWHERE = {'claim': 'test_matrix: whoever dies with an order is found'}


def cases():
    """Each place of each loop before and after, in both forms; or some."""
    found = [
        (loop, place, when, number, form)
        for loop in LOOPS
        for place, number in loop.places
        for when, form in _WAYS
        # The writer's lock of SQLite is held there.
        if form == stage.KILLED or place not in _INSIDE
    ]
    if tally.is_long():
        return found
    taken = {}
    for number, case in enumerate(found):
        alike = [c for c in found if c[0] is case[0]]
        taken.setdefault(case[0], alike[number % len(alike)])
    return list(taken.values())


_WAYS = tuple((w, f) for w in stage.MOMENTS for f in stage.FORMS)
#: Called in the middle of a transaction.
_INSIDE = frozenset(
    {
        'clouddesk.db.inserts.items',
        'clouddesk.db.turns.record',
        _KEEPING + '_count',
    }
)


@functools.cache
def undisturbed(loop):
    """The picture after a loop that nobody disturbed."""
    rehearsal = stage.CrashTestCase('run')
    with rehearsal.house(**loop.options):
        loop.prepare(rehearsal)
        with rehearsal.builder():
            rehearsal.until(
                lambda: (
                    loop.is_over(rehearsal) and picture.is_current(rehearsal)
                )
            )
        rehearsal.assertEqual([], picture.complaints(rehearsal))
        return picture.of(rehearsal)


@ddt.ddt
class LoopTest(stage.CrashTestCase):
    @ddt.idata(cases())
    @ddt.unpack
    def test_loop(self, loop, place, when, number, form):
        short = '.'.join(place.split('.')[-2:])
        tally.track(self, loop.noun, '%s %s' % (when, short), form)
        expected = undisturbed(loop)
        moment = '%s:%s:%d' % (place, when, number)
        with self.house(**loop.options):
            loop.prepare(self)
            if form == stage.KILLED:
                self.kill(moment, **loop.environment)
            else:
                stale = self.freeze(moment, **loop.environment)
            self.service.start_conductor()
            self.until(lambda: loop.is_over(self))
            self.assertPicture(expected)
            if form == stage.FROZEN:
                stale.thaw()
                self.assertEqual(0, stale.terminate(), stale.output())
                self.assertPicture(expected)


class LoopsTest(oslo_base.BaseTestCase):
    def test_every_loop_dies(self):
        killed = {each.loop for each in LOOPS if each.loop is not None}
        self.assertEqual(loops.names(), killed | set(ELSEWHERE))
