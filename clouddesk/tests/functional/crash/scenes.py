"""One scene for each thing that a work order can do.

The steps of a scene come from :mod:`clouddesk.flows`, so a new step is killed
without a line here; a new kind of order needs a scene, and ``test_scenes``
says which one is missing.
"""

from collections.abc import Iterator
import dataclasses
from typing import Any

from clouddesk import flows
from clouddesk.conductor.flows import capture
from clouddesk.db.api import pools
from clouddesk.tests.functional.crash import picture
from clouddesk.tests.functional.crash import stage

#: What else something can die around: names in the table, and functions.
PLACES = {
    'drop': 'clouddesk.conductor.retreat.drop',
    'turn_back': 'clouddesk.db.api.progress.turn_back',
}

#: What a cancelled build goes through: everything that a removal does.
UNDO = tuple('undo.' + step for step in flows.steps_for(flows.DELETE, {}))

#: What an image that is not ready goes through, called off or failed.
BACK = tuple('undo.' + step.name for step in capture.BACK)


@dataclasses.dataclass(frozen=True)
class Case:
    """One death in a scene."""

    scene: 'Scene'
    step: str
    when: str
    form: str
    #: Which of the items it is.
    number: int

    @property
    def __name__(self) -> str:
        how = 'killed' if self.form == stage.KILLED else 'frozen'
        words = (self.scene.name, self.step, self.when, how)
        return '_'.join(words).replace('.', '_').replace(' ', '_')

    @property
    def moment(self) -> str:
        place = PLACES.get(self.step, self.step)
        return '%s:%s:%d' % (place, self.when, self.number)


class Scene:
    """What is there, and what is ordered then.

    ``house`` is the test in which it is played.
    """

    kind: str
    #: What tells it from other scenes of the kind.
    variant = ''
    #: Of the order, as :func:`clouddesk.flows.steps_for` wants them.
    inputs: dict[str, Any] = {}
    #: Steps that have nothing to do here.
    idle: frozenset[str] = frozenset()
    #: So many items come to each step.
    items = 2
    #: How the order ends.
    ends = 'succeeded'
    #: Of [conductor].
    options: dict[str, Any] = {}

    @property
    def name(self) -> str:
        return (self.kind + ' ' + self.variant).strip()

    @property
    def family(self) -> tuple[str, ...]:
        """Steps that scenes of this sort share in the short form."""
        return flows.steps_for(self.kind, self.inputs)

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps at which something can die."""
        return tuple(step for step in self.family if step not in self.idle)

    def prepare(self, house: Any) -> None:
        """Make what has to be there before."""

    def order(self, house: Any) -> dict[str, Any]:
        """Order it; no conductor is there yet."""
        raise NotImplementedError


# -- building ----------------------------------------------------------------


class Create(Scene):
    kind = flows.CREATE

    def order(self, house):
        return house.create_desktop(count=2, **house.wish())


class CreateFromImage(Scene):
    kind = flows.CREATE
    variant = 'from an image'
    idle = frozenset({'volume', 'floating_ip'})

    def order(self, house):
        return house.create_desktop(count=2)


class CreateWithDisks(CreateFromImage):
    """M20: Cinder is asked three times by one step."""

    variant = 'with data disks'
    idle = frozenset({'floating_ip'})

    def prepare(self, house):
        house.disks()

    def order(self, house):
        wish = house.disks() | {'boot_from': 'volume'}
        return house.create_desktop(count=2, **wish)


class Retry(Scene):
    """Cinder could not make the volumes."""

    kind = flows.RETRY

    def prepare(self, house):
        house.cinder.created_status = 'error'
        with house.builder():
            order = house.create_desktop(count=2, **house.wish())
            house.finish(order, 'failed')
        house.cinder.created_status = 'available'

    def order(self, house):
        return house.api.post(
            '/desktops/actions/retry', desktop_ids=house.ids()
        )


class CreatePool(Scene):
    kind = flows.POOL_CREATE

    def order(self, house):
        return house.create_pool(2, **house.wish())


class RetryPool(Scene):
    """Of three desktops one is missing, and two are broken."""

    kind = flows.POOL_RETRY
    items = 3

    def prepare(self, house):
        with house.builder():
            pool_id = house.build_pool(3, **house.wish())
            for desktop_id in house.ids()[1:]:
                self.spoil(house, desktop_id)
            house.finish(house.api.delete('/pools/' + pool_id), 'failed')
        house.cloud.faults.clear()

    def spoil(self, house, desktop_id):
        """Break a desktop in such a way that it cannot be deleted."""
        (server,) = house.nova.of_desktop(desktop_id)
        with house.cloud.lock:
            server.fail('The disk is gone.', house.cloud.clock.now())
        house.cloud.fault(
            'compute', 'DELETE', server.id, status=400, times=None
        )

    def order(self, house):
        (pool,) = house.api.get('/pools')['pools']
        return house.act('pools', pool['id'], 'retry')


class Grow(Scene):
    kind = flows.POOL_RESIZE
    variant = 'grow'
    inputs = {'direction': flows.GROW}

    def prepare(self, house):
        with house.builder():
            self.pool_id = house.build_pool(1, **house.wish())

    def order(self, house):
        return house.act('pools', self.pool_id, 'resize', size=3)


# -- removing ----------------------------------------------------------------


class Shrink(Grow):
    variant = 'shrink'
    inputs = {'direction': flows.SHRINK}

    def prepare(self, house):
        with house.builder():
            self.pool_id = house.build_pool(3, **house.wish())

    def order(self, house):
        return house.act('pools', self.pool_id, 'resize', size=1)


class DeletePool(Shrink):
    kind = flows.POOL_DELETE
    variant = ''
    inputs = {}
    items = 3

    def order(self, house):
        return house.api.delete('/pools/' + self.pool_id)


class Delete(Shrink):
    """Two desktops of a pool, which wants fewer then."""

    kind = flows.DELETE
    variant = ''
    inputs = {}

    def order(self, house):
        return house.api.post(
            '/desktops/actions/delete', desktop_ids=house.ids()[:2]
        )


# -- again -------------------------------------------------------------------


class Rebuild(Scene):
    """V48, with a pool that says the same as before."""

    kind = flows.REBUILD

    def prepare(self, house):
        with house.builder():
            house.build_pool(2, **house.wish())

    def order(self, house):
        return house.api.post(
            '/desktops/actions/rebuild', desktop_ids=house.ids()
        )


class RebuildFromImage(Rebuild):
    """V48, S24: the pool boots from its image now, and is not outside."""

    variant = 'from an image'
    idle = frozenset({'volume'})
    new = {'boot_from': 'image', 'volume_size': None}

    def prepare(self, house):
        super().prepare(house)
        (pool,) = house.api.get('/pools')['pools']
        outside = {'floating_network_id': None, 'remote_protocols': []}
        pools.adopt(pool['id'], self.new | outside)


class RebuildFromVolume(Rebuild):
    """V48, S24: the other way round."""

    variant = 'from a volume'
    idle = frozenset({'clear'})

    def prepare(self, house):
        with house.builder():
            pool_id = house.build_pool(2)
        pools.adopt(pool_id, house.wish())


class RebuildWithDisks(Rebuild):
    """M20: the disks with data stay."""

    variant = 'with data disks'
    idle = frozenset({'floating_ip'})

    def prepare(self, house):
        with house.builder():
            house.build_pool(2, **house.disks())


class RebuildAnew(Rebuild):
    """M20: for the next one to take it, so the disks with data go, too."""

    variant = 'anew'
    items = 1

    def prepare(self, house):
        wish = house.wish(
            persistence='floating', on_return='rebuild', **house.disks()
        )
        with house.builder():
            house.build_pool(1, **wish)
        (self.desktop_id,) = house.ids()
        house.act('desktops', self.desktop_id, 'assign', user_id='rita')

    def order(self, house):
        return house.act('desktops', self.desktop_id, 'release')


class Reattach(Rebuild):
    """Somebody deleted the ports, so the floating IPs lead nowhere."""

    kind = flows.REATTACH

    def order(self, house):
        with house.cloud.lock:
            house.neutron.ports.clear()
            for each in house.neutron.floating_ips.values():
                each['port_id'] = None
        verdicts = picture.auditor().repair(
            house.school.project_id,
            None,
            {'user_id': house.school.users['grace'], 'request_id': None},
        )
        (order_id,) = {each['work_order_id'] for each in verdicts}
        return house.api.get('/work-orders/' + order_id)


# -- power and places --------------------------------------------------------


class Stop(Scene):
    """V25: a batch with one desktop that is off already."""

    kind = flows.STOP

    def prepare(self, house):
        with house.builder():
            house.build_pool(3)
            house.finish(house.act('desktops', house.ids()[0], 'stop'))

    def order(self, house):
        return house.api.post(
            '/desktops/actions/stop', desktop_ids=house.ids()
        )


class Start(Stop):
    kind = flows.START

    def prepare(self, house):
        with house.builder():
            house.build_pool(3)
            house.finish(
                house.api.post(
                    '/desktops/actions/stop', desktop_ids=house.ids()[:2]
                )
            )

    def order(self, house):
        return house.api.post(
            '/desktops/actions/start', desktop_ids=house.ids()
        )


class Reboot(Stop):
    kind = flows.REBOOT

    def order(self, house):
        return house.api.post(
            '/desktops/actions/reboot', desktop_ids=house.ids()
        )


class Migrate(Scene):
    """V42: it moves once."""

    kind = flows.MIGRATE
    items = 1

    def prepare(self, house):
        house.nova.hosts = {'compute1': ('nova', True), 'two': ('nova', True)}
        with house.builder():
            house.build_desktop()

    def order(self, house):
        (desktop_id,) = house.ids()
        return house.root.post('/desktops/%s/actions/migrate' % desktop_id)


# -- images -------------------------------------------------------------------


class DeleteImages(Scene):
    """I6: of four images one is public, and one is used."""

    kind = flows.IMAGE_DELETE
    verb = 'delete'
    #: So many of three images have a desktop.
    used = 1

    def prepare(self, house):
        school, glance = house.school, house.cloud.glance
        self.ids = [
            glance.create_image(
                school.project_id, 'image %d' % number, visibility='private'
            )
            for number in range(3)
        ]
        with house.builder():
            for image_id in self.ids[3 - self.used :]:
                spec = house.spec(name='Ada', image_id=image_id)
                house.finish(house.api.post('/desktops', **spec))

    def order(self, house):
        return house.api.post(
            '/images/actions/' + self.verb,
            image_ids=[*self.ids, house.school.image_id],
        )


class RetireImages(DeleteImages):
    """H14: all three are used, so none goes."""

    kind = flows.IMAGE_RETIRE
    verb = 'retire'
    items = 3
    used = 3

    def order(self, house):
        return house.api.post('/images/actions/retire', image_ids=self.ids)


# -- making images ------------------------------------------------------------


class Prepare(Scene):
    """I8: the desktop on which an image is made."""

    kind = flows.PREPARE
    items = 1

    def wish(self, house):
        return house.wish()

    def order(self, house):
        wanted = house.spec(name='golden', **self.wish(house))
        return house.keeper.post('/image-builds', **wanted)


class PrepareFromInstaller(Prepare):
    """T13: an empty disk, and the CD that installs on it."""

    variant = 'from an installer'

    def prepare(self, house):
        self.iso = house.cloud.glance.create_image(
            house.school.project_id,
            'installer',
            disk_format='iso',
            visibility='private',
        )

    def wish(self, house):
        return house.wish(image_id=self.iso)


class Discard(Prepare):
    """The build is given up, and its desktop goes with it."""

    kind = flows.DISCARD

    def prepare(self, house):
        with house.builder():
            order = house.finish(super().order(house))
        self.build = '/image-builds/' + order['subject']['id']

    def order(self, house):
        return house.keeper.delete(self.build)


class Generate(Discard):
    """I12, I13, H2: its disk in Cinder becomes the image."""

    kind = flows.GENERATE

    def order(self, house):
        return house.keeper.post(self.build + '/actions/finish')


class GenerateFromImage(Generate):
    """I12: the disk of the hypervisor does."""

    variant = 'from an image'
    idle = frozenset({'snapshot', 'copy', 'volume', 'floating_ip'})

    def wish(self, house):
        return {}


class GenerateWhole(Generate):
    """M9: all disks of a builder become images, or none does."""

    variant = 'whole'
    idle = frozenset({'floating_ip'})

    def wish(self, house):
        return house.disks()


class Capture(Scene):
    """S3, V49, H2: a desktop that is off, and stays."""

    kind = flows.CAPTURE
    items = 1
    body: dict[str, Any] = {}

    def wish(self, house):
        return house.wish()

    def prepare(self, house):
        with house.builder():
            desktop_id = house.build_desktop(**self.wish(house))
            house.finish(house.act('desktops', desktop_id, 'stop'))

    def order(self, house):
        (desktop_id,) = house.ids()
        path = '/desktops/%s/actions/create_image' % desktop_id
        return house.keeper.post(path, name='golden', **self.body)


class CaptureFromImage(Capture):
    variant = 'from an image'
    idle = frozenset({'snapshot', 'copy'})

    def wish(self, house):
        return {}


class CaptureWhole(Capture):
    """M9: all disks, or none of them."""

    variant = 'whole'
    body = {'whole': True}

    def wish(self, house):
        return house.disks()


# -- ordered once more --------------------------------------------------------


class Again(Scene):
    """The order itself is retried, which goes through all steps again."""

    variant = 'retried'

    def spoil(self, house: Any) -> None:
        """Let the order fail once."""
        raise NotImplementedError

    def prepare(self, house):
        super().prepare(house)
        self.spoil(house)
        with house.builder():
            self.failed = house.finish(super().order(house), 'failed')
        house.cloud.faults.clear()

    def order(self, house):
        return house.act('work-orders', self.failed['id'], 'retry')


class CreateAgain(Again, Create):
    def spoil(self, house):
        house.nova.fail_builds(2)


class DeletePoolAgain(Again, DeletePool):
    """Neutron kept the ports."""

    def spoil(self, house):
        keep_ports(house)


class BuildAgain(Again):
    """Of an image, which people ask for where they see it."""

    def order(self, house):
        path = '/image-builds/%s/actions/retry'
        return house.keeper.post(path % self.failed['subject']['id'])


class PrepareAgain(BuildAgain, Prepare):
    def spoil(self, house):
        house.nova.fail_builds(1)


class GenerateAgain(BuildAgain, Generate):
    """The image was there, and went again."""

    def spoil(self, house):
        keep_images(house)


class GenerateKept(BuildAgain, Generate):
    """S14: the image is ready; only the builder is still to go."""

    variant = 'kept and retried'

    def spoil(self, house):
        keep_ports(house)


def keep_ports(house: Any) -> None:
    """Let Neutron delete none, for good."""
    house.cloud.fault('network', 'DELETE', '/ports/', status=400, times=None)


def keep_images(house: Any, skip: int = 0) -> None:
    """Let Glance change none, for good.

    :param skip: so many it does change
    """
    house.cloud.fault(
        'image', 'PATCH', '/images/', status=400, times=None, skip=skip
    )


# -- failed -------------------------------------------------------------------


class Failed(Scene):
    """The image has its bytes and cannot be finished: nothing of it stays."""

    variant = 'failed'
    ends = 'failed'
    #: So many images of a whole machine are finished before.
    finished = 0

    @property
    def family(self):
        return ('turn_back', *BACK)

    def order(self, house):
        keep_images(house, self.finished)
        return super().order(house)


class GenerateFailed(Failed, Generate):
    pass


class CaptureFailed(Failed, Capture):
    pass


class CaptureFromImageFailed(Failed, CaptureFromImage):
    """Nova made it."""

    variant = 'from an image failed'
    idle = frozenset()


class CaptureWholeFailed(Failed, CaptureWhole):
    """M9: one of three says no longer what it belongs to."""

    variant = 'whole failed'
    finished = 1


# -- called off --------------------------------------------------------------


class Cancelled(Scene):
    """Called off when Nova has all servers and none is ready."""

    variant = 'cancelled'
    ends = 'cancelled'

    @property
    def family(self):
        return UNDO

    def order(self, house):
        house.nova.build_seconds = None
        with house.builder():
            order = super().order(house)
            house.until(
                lambda: house.api.get('/work-orders/' + order['id']),
                lambda each: all(
                    item['step'] == 'active' for item in each['items']
                ),
            )
        return house.act('work-orders', order['id'], 'cancel')


class CreateCancelled(Cancelled, Create):
    pass


class CreatePoolCancelled(Cancelled, CreatePool):
    pass


class GrowCancelled(Cancelled, Grow):
    variant = 'grow cancelled'


class RetryPoolCancelled(Cancelled, RetryPool):
    """The desktop that was missing goes, those that were broken stay."""

    items = 1

    @property
    def steps(self):
        return (*UNDO, 'drop')


class RetryCancelled(Cancelled, Retry):
    """Nothing is removed: the desktops were there before."""

    @property
    def family(self):
        return ('drop',)


class Halfway(Scene):
    """Called off when the first of two desktops cannot go back any more."""

    variant = 'cancelled'
    ends = 'cancelled'
    items = 1
    #: Where the first desktop waits, and which time of Nova it waits for.
    waits = 'gone'
    clock = 'delete_seconds'
    verb = ''

    @property
    def family(self):
        return ('drop',)

    @property
    def steps(self):
        steps = flows.steps_for(self.kind, {})
        return ('drop', *steps[steps.index(self.waits) :])

    def prepare(self, house):
        with house.builder():
            house.build_pool(2, **house.wish())

    def order(self, house):
        setattr(house.nova, self.clock, None)
        with house.builder():
            order = house.api.post(
                '/desktops/actions/' + self.verb,
                desktop_ids=house.ids(),
                wave=1,
            )
            house.until(
                lambda: house.api.get('/work-orders/' + order['id']),
                lambda each: each['items'][0]['step'] == self.waits,
            )
        order = house.act('work-orders', order['id'], 'cancel')
        (server,) = house.nova.of_desktop(order['items'][0]['desktop_id'])
        with house.cloud.lock:
            setattr(house.nova, self.clock, 0.0)
            house.nova.finish(server.id)
        return order


class PrepareCancelled(Cancelled, Prepare):
    pass


class _ImageCancelled(Scene):
    """Called off when Cinder reads the disk: no trace of the image is left."""

    variant = 'cancelled'
    ends = 'cancelled'

    @property
    def family(self):
        return BACK

    def order(self, house):
        house.cinder.upload_seconds = 3600.0
        with house.builder():
            order = super().order(house)
            house.until(
                lambda: house.api.get('/work-orders/' + order['id']),
                lambda each: each['items'][0]['step'] == 'ready',
            )
        order = house.act('work-orders', order['id'], 'cancel')
        with house.cloud.lock:
            house.cinder.upload_seconds = 0.0
            for each in house.cinder.volumes.values():
                each['_due'] = 0.0
        return order


class GenerateCancelled(_ImageCancelled, Generate):
    pass


class CaptureCancelled(_ImageCancelled, Capture):
    pass


class StopHalfway(Halfway):
    kind = flows.STOP
    waits = 'settled'
    clock = 'action_seconds'
    verb = 'stop'


class DeleteHalfway(Halfway):
    kind = flows.DELETE
    verb = 'delete'


class RebuildHalfway(Halfway):
    kind = flows.REBUILD
    verb = 'rebuild'


#: In the order in which they are shown.
SCENES: tuple[Scene, ...] = (
    Create(),
    CreateFromImage(),
    CreateAgain(),
    Retry(),
    CreatePool(),
    CreateWithDisks(),
    RetryPool(),
    Grow(),
    Shrink(),
    DeletePool(),
    DeletePoolAgain(),
    Delete(),
    Rebuild(),
    RebuildFromImage(),
    RebuildFromVolume(),
    RebuildWithDisks(),
    RebuildAnew(),
    Reattach(),
    Stop(),
    Start(),
    Reboot(),
    Migrate(),
    DeleteImages(),
    RetireImages(),
    Prepare(),
    PrepareFromInstaller(),
    PrepareAgain(),
    Discard(),
    Generate(),
    GenerateFromImage(),
    GenerateWhole(),
    GenerateAgain(),
    GenerateKept(),
    Capture(),
    CaptureFromImage(),
    CaptureWhole(),
    GenerateFailed(),
    CaptureFailed(),
    CaptureFromImageFailed(),
    CaptureWholeFailed(),
    CreateCancelled(),
    CreatePoolCancelled(),
    GrowCancelled(),
    RetryPoolCancelled(),
    RetryCancelled(),
    PrepareCancelled(),
    GenerateCancelled(),
    CaptureCancelled(),
    StopHalfway(),
    DeleteHalfway(),
    RebuildHalfway(),
)


def every() -> list[Case]:
    """Each step of each scene, before and after, in each form.

    Of a variant, too: code that only it reaches is to meet both forms.
    """
    return [
        Case(scene, step, when, form, 1 + number % scene.items)
        for scene in SCENES
        for step in scene.steps
        for number, (when, form) in enumerate(_WAYS)
    ]


def chosen(is_long: bool) -> list[Case]:
    """All cases; or each family of scenes and each step once.

    In the short form moments, forms and the scenes of a family take turns; a
    step that several families have dies in the first of them.
    """
    return every() if is_long else list(_some())


def _some() -> Iterator[Case]:
    families: dict[tuple[str, ...], list[Scene]] = {}
    for scene in SCENES:
        families.setdefault(scene.family, []).append(scene)
    seen: set[str] = set()
    for steps, family in families.items():
        new = [step for step in steps if step not in seen] or steps[:1]
        seen.update(new)
        for number, step in enumerate(new):
            turn = number % len(family)
            scene = next(
                scene
                for scene in family[turn:] + family[:turn]
                if step in scene.steps
            )
            when, form = _WAYS[number % len(_WAYS)]
            yield Case(scene, step, when, form, 1 + number % scene.items)


#: Each moment with each form, so that both alternate.
_WAYS = tuple(
    zip(stage.MOMENTS + stage.MOMENTS[::-1], stage.FORMS * 2, strict=True)
)
