"""Takes the items of an order through their steps, many at a time.

One thread, that of the order, decides; the threads of the shared pool call
the cloud. Items that wait are parked without a thread and looked at together
with one list.
"""

from collections import deque
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import queue
import sys
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging

from clouddesk import context
from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.conductor import clock
from clouddesk.conductor import walker as walkers
from clouddesk.conductor.flows import steps

LOG = logging.getLogger(__name__)

#: How much sooner than at poll_interval the first looks come, by how much
#: each wait is longer than the one before, and how much longer than
#: poll_interval it is where Nova tells what happens.
_FIRST_LOOK = 0.25
_SLOWER = 1.5
_TOLD = 2
#: The same where each item asks for itself, and nobody tells anything.
_SLOWER_ALONE = 1.1
#: Where Nova tells what happens, so many times as long as a look took pass
#: before the next one: Nova asks Neutron for each, and a cloud that answers
#: slowly has enough to do.
_SPARED = 4

#: Seconds that a conductor which took an order over gives a step whose time
#: ran out while nobody looked.
_GRACE = 60.0

_ENDED = frozenset({walkers.Verdict.DONE, walkers.Verdict.FAILED})


@dataclasses.dataclass(frozen=True)
class _News:
    """What somebody else saw."""

    servers: Mapping[str, list[types.Server]]
    asked_at: float


class Crew:
    def __init__(
        self,
        walker: walkers.Walker,
        executor: Any,
        conf: cfg.ConfigOpts,
        now: clock.Clock,
        watch: Callable[[], bool],
        flow: steps.Flow,
    ) -> None:
        """
        :param executor: runs what calls the cloud
        :param watch: asked in between; False means stop. May raise LeaseLost
        :param flow: how many items may be open, and how many may fail
        """
        self._walker = walker
        self._executor = executor
        self._conf = conf.conductor
        self._clock = now
        self._watch = watch
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._max_open = min(
            self._conf.max_builds_per_order if flow.waves else sys.maxsize,
            walker.ctx.order.inputs.get('wave', sys.maxsize),
        )
        self._max_failures = (
            self._conf.consecutive_failure_limit if flow.limited else 0
        )
        # One large order leaves threads for the others.
        self._max_flying = max(1, self._conf.max_threads // 2)
        self._ready: deque[walkers.Run] = deque()
        self._fresh: deque[walkers.Run] = deque()
        self._later: list[walkers.Run] = []
        self._parked: dict[str, walkers.Run] = {}
        self._flying = 0
        self._open = 0
        self._failures = 0
        self._interval = 0.0
        self._look_at = 0.0
        self._looked_at = 0.0
        self._took = 0.0
        self._began = now.monotonic()
        self._told = False
        self._refused = False

    def work(self, runs: Iterable[walkers.Run]) -> None:
        """Until every item ended, or :attr:`watch` says stop."""
        for run in runs:
            (self._ready if run.begun else self._fresh).append(run)
        self._open = len(self._ready)
        try:
            while self._flying or self._waiting():
                going = self._watch()
                if not going and not self._flying:
                    return
                if going:
                    self._look_if_due()
                    self._submit()
                self._receive(self._idle() if going else self._pause())
        finally:
            self._land()

    def notice(
        self, servers: Mapping[str, list[types.Server]], asked_at: float
    ) -> None:
        """Somebody saw servers, by desktop; may be called by any thread.

        :param asked_at: when Nova was asked, not when it answered
        """
        self._inbox.put(_News(servers, asked_at))

    def heard(self, desktop_id: str) -> None:
        """Nova told of a desktop; may be called by any thread."""
        if desktop_id in self._parked:
            self._told = True

    def wake(self) -> None:
        """Something changed; may be called by any thread."""
        self._inbox.put(_News({}, 0.0))

    def _waiting(self) -> bool:
        return bool(self._ready or self._fresh or self._later or self._parked)

    # -- handing out work --------------------------------------------------

    def _submit(self) -> None:
        while self._flying < self._max_flying:
            run = self._next()
            if run is None:
                return
            self._executor.submit(self._fly, run)
            self._flying += 1

    def _next(self) -> walkers.Run | None:
        now = self._clock.monotonic()
        for run in self._later:
            if run.not_before <= now:
                self._later.remove(run)
                return run
        if self._ready:
            return self._ready.popleft()
        if self._fresh and self._open < self._max_open:
            self._open += 1
            return self._fresh.popleft()
        return None

    def _fly(self, run: walkers.Run) -> None:
        # A thread of the pool, which worked for another order before.
        context.work_for(self._walker.ctx.order)
        # Whatever happens must reach the order's thread.
        try:
            result: Any = self._walker.advance(run)
        except BaseException as error:
            result = error
        self._inbox.put((run, result))

    # -- taking results ----------------------------------------------------

    def _idle(self) -> float:
        """Seconds until there is something to do without a message."""
        now = self._clock.monotonic()
        moments = [now + self._pause()]
        if self._flying < self._max_flying:
            moments += [run.not_before for run in self._later]
        if self._parked:
            moments.append(self._look_at)
        return min(moments) - now

    def _pause(self) -> float:
        return float(self._conf.poll_interval)

    def _receive(self, seconds: float) -> None:
        message = self._clock.wait(self._inbox, seconds)
        while message is not None:
            if isinstance(message, _News):
                self._seen(message)
            else:
                self._landed(*message)
            message = self._clock.wait(self._inbox, 0)

    def _landed(self, run: walkers.Run, result: Any) -> None:
        self._flying -= 1
        if isinstance(result, BaseException):
            self._walker.halt()
            raise result
        if result in _ENDED:
            self._open -= 1
            self._count(result)
        elif result is walkers.Verdict.PARKED:
            self._park(run)
        elif result is walkers.Verdict.LATER:
            self._later.append(run)

    def _count(self, verdict: walkers.Verdict) -> None:
        """Stop starting more builds when one after another fails."""
        self._failures += 1
        if verdict is walkers.Verdict.DONE:
            self._failures = 0
        if not 0 < self._max_failures <= self._failures:
            return
        error = exceptions.TooManyFailures(count=self._max_failures)
        while self._fresh:
            self._walker.fail(self._fresh.popleft(), error)

    def _land(self) -> None:
        """Wait for the calls that are still out; nothing follows them."""
        while self._flying:
            message = self._clock.wait(self._inbox, self._pause())
            if not isinstance(message, _News | None):
                self._flying -= 1

    # -- looking at what waits ---------------------------------------------

    def _park(self, run: walkers.Run) -> None:
        # A step that asks for the same again at every look never waits in
        # _judge(), so its time is looked at here, too.
        if run.waited and self._times_out(run):
            self._ready.append(run)
            return
        run.waited = True
        if not self._parked:
            self._interval = self._pause() * _FIRST_LOOK
            self._looked_at = self._clock.monotonic()
            self._look_at = self._looked_at + self._interval
        self._parked[run.item.subject_id] = run

    def _seen(self, news: '_News') -> None:
        for desktop_id, servers in news.servers.items():
            run = self._parked.get(desktop_id)
            if run is None:
                continue
            if run.step.watches == 'nothing':
                # Something happened; what it waits for may be there, too.
                self._judge(run)
            # What was true before we asked for something proves nothing: a
            # server that shall reboot is running until it begins.
            elif (
                run.step.watches == 'servers'
                and run.parked_at <= news.asked_at
            ):
                self._walker.ctx.scene.see({desktop_id: servers})
                self._judge(run)

    def _look_if_due(self) -> None:
        now = self._clock.monotonic()
        if not self._parked or now < self._look_at:
            return
        runs = list(self._parked.values())
        # Where Nova tells what happens, looking is only for what got lost.
        # It tells of servers, not of volumes and images.
        pause = max(self._pause() * _TOLD, self._took * _SPARED)
        rarely = self._looked_at + pause
        watched = {run.step.watches for run in runs}
        if self._told and watched == {'servers'} and now < rarely:
            self._look_at = rarely
            return
        error = self._look(runs)
        alone = watched == {'nothing'}
        slower = _SLOWER_ALONE if alone else _SLOWER
        self._interval = min(self._interval * slower, self._pause())
        self._looked_at = self._clock.monotonic()
        self._took = self._looked_at - now
        self._look_at = self._looked_at + self._interval
        for run in runs:
            self._judge(run, error)
        # Another conductor may be the one that is told.
        self._told &= all(run.item.subject_id in self._parked for run in runs)

    def _look(
        self, runs: list[walkers.Run]
    ) -> exceptions.ClouddeskError | None:
        """One list for all; returns an error that will not pass."""
        scene = self._walker.ctx.scene
        looks: dict[str, Callable[[list[Any]], None]] = {
            'servers': scene.look_at_servers,
            'volumes': scene.look_at_volumes,
        }
        try:
            for watched, look in looks.items():
                rows = [r.subject for r in runs if r.step.watches == watched]
                if rows:
                    look(rows)
        except exceptions.CloudError as error:
            LOG.warning('What waits was not seen: %s', error)
            return self._lasting(error)
        self._refused = False
        return None

    def _lasting(
        self, error: exceptions.CloudError
    ) -> exceptions.CloudError | None:
        """The error, unless the next look may do without it.

        A refusal counts from the second one on: a service that just started
        may not have read its policy yet.
        """
        first = not self._refused
        self._refused = isinstance(error, exceptions.CloudForbidden)
        if error.transient or (first and self._refused):
            return None
        return error

    def _judge(
        self,
        run: walkers.Run,
        error: exceptions.ClouddeskError | None = None,
    ) -> None:
        run.outcome = error or self._outcome(run)
        if not isinstance(run.outcome, steps.Wait) or self._times_out(run):
            self._ready.append(self._parked.pop(run.item.subject_id))

    def _times_out(self, run: walkers.Run) -> bool:
        """Whether a step waits for too long; if so, it fails."""
        if not isinstance(run.outcome, steps.Wait) or not self._overdue(run):
            return False
        run.outcome = exceptions.WaitTimeout(
            what=run.outcome.what, seconds=self._walker.limit(run)
        )
        return True

    def _outcome(self, run: walkers.Run) -> walkers.Outcome | None:
        waited = self._clock.monotonic() - run.parked_at
        try:
            return run.step.look(self._walker.ctx, run.subject, waited)
        except exceptions.ClouddeskError as error:
            return error
        except Exception:
            LOG.exception(
                'Step %(step)s of %(about)s %(id)s broke',
                {'step': run.at} | run.names,
            )
            return exceptions.ClouddeskError()

    def _overdue(self, run: walkers.Run) -> bool:
        limit = self._walker.limit(run)
        patient_until = self._began + min(_GRACE, limit)
        return self._clock.monotonic() >= max(run.began + limit, patient_until)
