"""SIGKILL and SIGSTOP before and after every step of every work order."""

import contextlib

import ddt
import requests

from clouddesk import flows
from clouddesk.tests import tally
from clouddesk.tests.cloud.crash import base

_GROW = {'direction': flows.GROW}
_SHRINK = {'direction': flows.SHRINK}

#: Orders in the life of a pool.
PHASES = (
    (flows.POOL_CREATE, {}),
    (flows.STOP, {}),
    (flows.START, {}),
    (flows.REBOOT, {}),
    (flows.REBUILD, {}),
    (flows.POOL_RESIZE, _GROW),
    (flows.POOL_RESIZE, _SHRINK),
    (flows.POOL_RETRY, {}),
    (flows.POOL_DELETE, {}),
)
#: Those that have an accident in the short form, too.
SHORT = (flows.POOL_CREATE, flows.REBUILD, flows.POOL_DELETE)
HOW = (base.KILL, base.FREEZE)

#: Orders in the life of an image.
OF_IMAGES = (flows.PREPARE, flows.GENERATE, flows.IMAGE_DELETE)


def moments(kind, inputs):
    return [
        (step, when)
        for step in flows.steps_for(kind, inputs)
        for when in ('before', 'after')
    ]


def how(number, turn=0):
    """Killed or frozen: both at each step, both before and after steps."""
    return HOW[(number + number // 2 + turn) % 2]


def lives(is_long):
    """Which moment of each order is hit, in one life after another."""
    longest = max(len(moments(kind, inputs)) for kind, inputs in PHASES)
    return range(longest) if is_long else (5,)


def undone(is_long):
    steps = moments(flows.POOL_DELETE, {})
    chosen = [
        (step, when, how(number)) for number, (step, when) in enumerate(steps)
    ]
    return chosen if is_long else []


@ddt.ddt
class LifeTest(base.CrashTest):
    """A pool whose every order meets with an accident.

    Its desktops boot from volumes and have floating IPs, so that no step of
    any order is passed over.
    """

    @ddt.idata(lives(tally.is_long()))
    def test_life(self, number):
        """Rules 1 to 4: nothing twice, nothing lost, no way barred."""
        self.number = number
        self.begin()
        self.change()
        self.end()
        self.assertAsBefore()

    @ddt.idata(undone(tally.is_long()))
    @ddt.unpack
    def test_cancelled(self, step, when, how):
        """S15: what was begun is taken back, whoever dies over it."""
        order = self.make_pool(2, **self.on_volumes())
        first = self.spawn('active:before:2')
        self.assertEqual(-9, first.join(), first.output())
        self.proxy.cancel_work_order(order.id)
        with tally.part('pool.create cancelled', '%s %s' % (when, step), how):
            self.strike(
                lambda: order, 'undo.' + step, when, how, status='cancelled'
            )
            self.assertEqual([], self.desktops(order.subject['id']))
        # An empty pool is what somebody may want to fill again.
        self.ended(self.proxy.delete_pool(order.subject['id']))
        self.assertAsBefore()

    def begin(self):
        order = self.hit(
            flows.POOL_CREATE,
            {},
            lambda: self.make_pool(2, **self.on_volumes()),
            2,
        )
        self.pool_id = order.subject['id']
        self.assertWhole(self.pool_id, 2)
        self.ids = [desktop.id for desktop in self.desktops(self.pool_id)]

    def change(self):
        proxy = self.proxy
        self.act(flows.STOP, lambda: proxy.stop_desktops(self.ids), 'off')
        self.act(flows.START, lambda: proxy.start_desktops(self.ids))
        self.act(flows.REBOOT, lambda: proxy.reboot_desktops(self.ids))
        self.act(flows.REBUILD, lambda: proxy.rebuild_desktops(self.ids))
        self.resize(_GROW, 3)
        self.resize(_SHRINK, 2)
        self.ids = [desktop.id for desktop in self.desktops(self.pool_id)]
        if self.is_due(flows.POOL_RETRY, {}):
            self.lose_a_server()
            self.hit(
                flows.POOL_RETRY, {}, lambda: proxy.retry_pool(self.pool_id)
            )
            self.assertWhole(self.pool_id, 2)

    def end(self):
        self.hit(
            flows.POOL_DELETE,
            {},
            lambda: self.proxy.delete_pool(self.pool_id),
            2,
        )

    def act(self, kind, give, status='running'):
        """Do something to both desktops, unless there is no moment left."""
        if not self.is_due(kind, {}):
            give = self.undo_of_rest(kind, give)
            if give is None:
                return
        self.hit(kind, {}, give, 2)
        self.assertWhole(self.pool_id, 2, status)

    def undo_of_rest(self, kind, give):
        """A desktop that was stopped has to be started, hit or not."""
        is_off = self.desktops(self.pool_id)[0].status == 'off'
        return give if kind == flows.START and is_off else None

    def resize(self, inputs, size):
        if len(self.desktops(self.pool_id)) == size:
            return
        if not self.is_due(flows.POOL_RESIZE, inputs) and inputs == _GROW:
            return
        self.hit(
            flows.POOL_RESIZE,
            inputs,
            lambda: self.proxy.resize_pool(self.pool_id, size),
        )
        self.assertWhole(self.pool_id, size)

    def lose_a_server(self):
        """Somebody deletes it; the desktop is in fault."""
        self.replace()
        desktop = self.proxy.get_desktop(self.ids[0])
        compute = self.connection.compute
        compute.delete_server(desktop.server_id)
        self.until(
            lambda: self.proxy.get_desktop(desktop.id).status == 'fault',
            'the fault of the desktop',
            every=0.5,
        )

    def is_due(self, kind, inputs):
        """Whether the order has so many moments."""
        wanted = tally.is_long() or kind in SHORT
        return wanted and self.number < len(moments(kind, inputs))

    def hit(self, kind, inputs, give, number=1):
        """Carry an order out, with the accident of this life."""
        if not self.is_due(kind, inputs):
            self.replace()
            return self.ended(give())
        step, when = moments(kind, inputs)[self.number]
        turn = PHASES.index((kind, inputs)) // 4
        accident = how(self.number, turn)
        name = kind + ''.join(' ' + each for each in inputs.values())
        with tally.part(name, '%s %s' % (when, step), accident):
            return self.strike(give, step, when, accident, number)


def images(is_long):
    return range(len(moments(flows.GENERATE, {}))) if is_long else ()


@ddt.ddt
class ImageTest(base.CrashTest):
    """An image is made of a volume, and goes, with accidents on its way."""

    @ddt.idata(images(tally.is_long()))
    def test_image(self, number):
        """H2: one image with all its bytes, and nothing beside it."""
        self.number = number
        name = self.name()
        self.addCleanup(self.forget, name)
        order = self.hit(flows.PREPARE, lambda: self.prepare(name))
        build_id = order.subject['id']
        self.hit(
            flows.GENERATE, lambda: self.manager.finish_image_build(build_id)
        )
        build = self.manager.get_image_build(build_id)
        self.assertEqual('activated', build.status)
        (image,) = self.connection.image.images(name=name)
        self.assertEqual((build.image_id, 'active'), (image.id, image.status))
        self.assertGreater(image.size, 0)
        self.manager.delete_image_build(build_id)
        self.hit(
            flows.IMAGE_DELETE, lambda: self.manager.delete_images([image.id])
        )
        self.assertAsBefore()

    def prepare(self, name):
        # Cinder has a hypervisor snapshot what is attached.
        flavor = self.connection.compute.find_flavor(base.base.FLAVOR)
        return self.manager.create_image_build(
            **self.spec(name=name, flavor_id=flavor.id, **self.on_volumes())
        )

    def hit(self, kind, give):
        """Carry an order out, with the accident of this number."""
        at = moments(kind, {})
        if self.number >= len(at):
            self.replace()
            return self.ended(give())
        step, when = at[self.number]
        accident = how(self.number, OF_IMAGES.index(kind))
        with tally.part(kind, '%s %s' % (when, step), accident):
            return self.strike(give, step, when, accident)

    def forget(self, name):
        """After a failure."""
        builds = list(self.manager.image_builds(name=name))
        images = list(self.connection.image.images(name=name))
        if builds or images:
            self.replace()
        for build in builds:
            order = self.manager.delete_image_build(build.id)
            if order is not None:
                self.finished(order.id)
        for image in images:
            self.connection.image.delete_image(image)


@ddt.ddt
class RealTest(base.CrashTest):
    """The same with desktops that run, and answer."""

    @ddt.idata(
        [
            ('server', 'after', base.KILL),
            ('active', 'before', base.FREEZE),
            ('port', 'after', base.FREEZE),
        ]
        if tally.is_long()
        else []
    )
    @ddt.unpack
    def test_reached(self, step, when, accident):
        """A killed or fenced conductor leaves desktops that can be used."""
        place = '%s %s' % (when, step)
        with tally.part('pool.create on QEMU', place, accident):
            order = self.strike(self.make, step, when, accident, 2)
            pool_id = order.subject['id']
            self.assertWhole(pool_id, 2)
            self.reach(pool_id)
        ids = [desktop.id for desktop in self.desktops(pool_id)]
        with tally.part('desktop.rebuild on QEMU', place, accident):
            self.strike(
                lambda: self.proxy.rebuild_desktops(ids),
                *(step, when, accident, 2),
            )
            self.assertWhole(pool_id, 2)
            self.reach(pool_id)
        self.ended(self.proxy.delete_pool(pool_id))
        self.assertAsBefore()

    def make(self):
        flavor = self.connection.compute.find_flavor(base.base.FLAVOR)
        return self.make_pool(
            2, flavor_id=flavor.id, floating_network_id=self.external
        )

    def reach(self, pool_id):
        for desktop in self.desktops(pool_id):
            (address,) = [
                each['address']
                for each in desktop.addresses
                if each['type'] == 'floating'
            ]
            self.until(lambda: self.page(address), 'a page of ' + address)

    def page(self, address):
        with contextlib.suppress(requests.RequestException):
            url = 'http://%s:%d/' % (address, base.base.PORT)
            return requests.get(url, timeout=5).ok
        return False
