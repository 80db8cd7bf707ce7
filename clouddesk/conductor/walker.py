"""Takes one item through its steps, as far as it goes without waiting."""

from collections.abc import Callable
import enum
import random
from typing import Any

from oslo_config import cfg
from oslo_db import exception as db_exc
from oslo_log import log as logging
from sqlalchemy import exc as sa_exc

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.conductor import care
from clouddesk.conductor import clock
from clouddesk.conductor import faults
from clouddesk.conductor import hooks
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.db.api import pools
from clouddesk.db.api import progress

LOG = logging.getLogger(__name__)

#: Seconds between two tries, at most.
_MAX_BACKOFF = 30.0


class Verdict(enum.Enum):
    """Why a walker let go of an item."""

    DONE = 'done'
    FAILED = 'failed'
    #: The cloud is at work.
    PARKED = 'parked'
    #: A transient error; try again at ``not_before``.
    LATER = 'later'
    #: The worker has to stop; what is done is recorded.
    INTERRUPTED = 'interrupted'


#: What a step came to; an error ends the item.
Outcome = steps.Done | steps.Wait | exceptions.ClouddeskError


class Run:
    """One item under way."""

    def __init__(
        self,
        item: models.WorkItem,
        subject: Any,
        way: tuple[steps.Step, ...],
        index: int = 0,
        began: float = 0.0,
        undoing: bool = False,
        flow: steps.Flow | None = None,
    ) -> None:
        self.item = item
        #: The row that the item is about, such as a desktop.
        self.subject = subject
        self.care = care.of(item)
        self.steps = way
        self.index = index
        #: When the step at hand began.
        self.began = began
        self.undoing = undoing
        self._flow = flow
        #: Why it went back by itself.
        self.failure: exceptions.ClouddeskError | None = None
        #: The last try may have done something: look before the next.
        self.doubt = False
        self.tries = 0
        self.not_before = 0.0
        self.parked_at = 0.0
        #: The step at hand was parked before.
        self.waited = False
        #: What became of the step while it was parked.
        self.outcome: Outcome | None = None
        self.skip()

    @property
    def begun(self) -> bool:
        return self.item.status == states.ITEM_WORKING

    @property
    def step(self) -> steps.Step:
        return self.steps[self.index]

    @property
    def at(self) -> str:
        """Name of the step at hand, for logs."""
        return 'the end' if self.finished else self.step.name

    @property
    def names(self) -> dict[str, str]:
        """What the item is about, for logs."""
        return {
            'about': self.item.subject_type,
            'id': self.item.subject_id,
        }

    @property
    def finished(self) -> bool:
        return self.index >= len(self.steps)

    def turns_back(
        self,
        error: exceptions.ClouddeskError,
        build: models.ImageBuild | None,
    ) -> bool:
        """Leave nothing of what failed, where there is a way to."""
        if self._flow is None or not self._flow.may_return(build):
            return False
        self.failure, self.undoing = error, True
        self.steps, self._flow = self._flow.back, None
        self.index = self.tries = 0
        self.waited = False
        self.outcome = None
        self.skip()
        return True

    def skip(self) -> None:
        """Pass over the steps that have nothing to do here."""
        while not self.finished and not self.step.applies(self.subject):
            self.index += 1


class Walker:
    """Shared by all items of an order; called by several threads at once."""

    def __init__(
        self,
        ctx: steps.Context,
        epoch: int,
        conf: cfg.ConfigOpts,
        now: clock.Clock,
        halted: Callable[[], bool],
    ) -> None:
        self.ctx = ctx
        self._epoch = epoch
        self._conf = conf.conductor
        self._clock = now
        self._halted = halted
        self._broken = False

    def halt(self) -> None:
        """Let no item go past its next checkpoint."""
        self._broken = True

    def advance(self, run: Run) -> Verdict:
        """Go on from where the item is.

        :raises LeaseLost: another worker has the order; nothing was recorded
        """
        try:
            return self._advance(run)
        except (exceptions.LeaseLost, db_exc.DBError, sa_exc.TimeoutError):
            # The last one: no connection of the pool came free.
            raise
        except exceptions.ClouddeskError as error:
            return self._give_up(run, error)
        except Exception:
            LOG.exception(
                'Step %(step)s of %(about)s %(id)s broke',
                {'step': run.at} | run.names,
            )
            return self._give_up(run, exceptions.ClouddeskError())

    def _give_up(self, run: Run, error: exceptions.ClouddeskError) -> Verdict:
        if run.turns_back(error, self.ctx.build):
            run.began = self._clock.monotonic()
            # Who takes the order over must not go on with what is half gone.
            fault = faults.describe(error, run.subject.project_id)
            progress.turn_back(
                self.ctx.order.id, self._epoch, run.item.id, fault
            )
            return self.advance(run)
        return self.fail(run, run.failure or error)

    def fail(self, run: Run, error: exceptions.ClouddeskError) -> Verdict:
        """End an item and explain why; what it owns stays recorded."""
        code, text = faults.describe(error, run.subject.project_id)
        values = run.care.last_seen(self.ctx, run.subject)
        for key, value in values.items():
            setattr(run.subject, key, value)
        spoilt = self._makes_or_breaks(run, code)
        values |= run.care.failed(self.ctx, run.subject, code, text, spoilt)
        progress.finish_item(
            self.ctx.order.id,
            self._epoch,
            run.item.id,
            states.ITEM_FAILED,
            values,
            (code, text),
            about=run.item.subject_type,
        )
        LOG.warning(
            'Work order %(order)s: %(step)s of %(about)s %(id)s failed: '
            '%(text)s',
            {'order': self.ctx.order.id, 'step': run.at, 'text': text}
            | run.names,
        )
        return Verdict.FAILED

    def limit(self, run: Run) -> int:
        """Seconds that the step at hand may take."""
        return int(self._conf[run.step.timeout])

    def _advance(self, run: Run) -> Verdict:
        outcome, run.outcome = run.outcome, None
        while not self._broken and not self._halted():
            if outcome is None:
                outcome = self._attempt(run)
            if isinstance(outcome, Exception):
                raise outcome
            if isinstance(outcome, steps.Wait):
                run.outcome = outcome
                run.parked_at = self._clock.monotonic()
                return Verdict.PARKED
            if outcome is None:
                return Verdict.LATER
            if self._record(run, outcome):
                if run.failure is None:
                    return Verdict.DONE
                return self.fail(run, run.failure)
            outcome = None
        # An outcome that was not recorded is found again by a look.
        return Verdict.INTERRUPTED

    def _attempt(self, run: Run) -> steps.Done | steps.Wait | None:
        self._begin(run)
        self._checkpoint(run, 'before')
        try:
            if run.doubt:
                self.ctx.scene.look([run.subject])
                run.doubt = False
            if run.step.waits:
                seen = run.step.look(self.ctx, run.subject, 0)
                if seen is not None:
                    return seen
            return run.step.run(self.ctx, run.subject)
        except exceptions.CloudError as error:
            if not self._may_retry(run, error):
                raise
            return None

    def _begin(self, run: Run) -> None:
        if run.item.status == states.ITEM_PENDING and not run.undoing:
            progress.start_item(self.ctx.order.id, self._epoch, run.item.id)
            run.item.status = states.ITEM_WORKING
            run.began = self._clock.monotonic()

    def _may_retry(self, run: Run, error: exceptions.CloudError) -> bool:
        if run.tries >= self._tries(error):
            return False
        run.tries += 1
        run.doubt = True
        backoff = min(_MAX_BACKOFF, 2.0**run.tries) * random.uniform(0.5, 1.5)  # noqa: S311
        run.not_before = self._clock.monotonic() + backoff
        LOG.info(
            'Step %(step)s of %(about)s %(id)s is tried again in '
            '%(seconds).1f s: %(error)s',
            {'step': run.step.name, 'seconds': backoff, 'error': error}
            | run.names,
        )
        return True

    def _tries(self, error: exceptions.CloudError) -> int:
        """How often a step may be tried again after such an error."""
        if error.transient:
            return int(self._conf.step_retries)
        # A service that just started may refuse what its policy allows,
        # because it has not read it yet.
        return isinstance(error, exceptions.CloudForbidden)

    def _record(self, run: Run, done: steps.Done) -> bool:
        """Write down the end of a step; True when it was the last one."""
        self._checkpoint(run, 'after')
        forgets = run.step.forgets
        if run.step.renews:
            done = steps.Done(done.values | pools.spec_of(run.subject))
        for key, value in done.values.items():
            setattr(run.subject, key, value)
        for key, value in done.of_build.items():
            setattr(self.ctx.build, key, value)
        run.index += 1
        run.skip()
        run.tries = 0
        run.waited = False
        run.began = self._clock.monotonic()
        where = (self.ctx.order.id, self._epoch, run.item.id)
        about = run.item.subject_type
        if run.undoing and done.of_build:
            progress.set_build(*where[:2], done.of_build)
        if forgets:
            progress.forget(*where, undone=run.undoing, about=about)
        elif run.finished and run.failure is None:
            progress.finish_item(
                *where,
                states.ITEM_UNDONE if run.undoing else states.ITEM_DONE,
                done.values | self._rested(run),
                about=about,
                of_build=done.of_build,
            )
        elif not run.undoing:
            progress.finish_step(
                *where, run.index, done.values, about, done.of_build
            )
        return run.finished

    def _rested(self, run: Run) -> dict[str, Any]:
        if run.undoing:
            return run.care.dropped(self.ctx, run.subject)
        return run.care.rested(run.subject)

    def _checkpoint(self, run: Run, when: str) -> None:
        name = run.step.name
        hooks.checkpoint(
            self.ctx.order.id,
            run.item.id,
            'undo.' + name if run.undoing else name,
            when,
        )

    def _makes_or_breaks(self, run: Run, code: str) -> bool:
        """Whether a desktop cannot be good whose item fails here."""
        order = self.ctx.order
        if order.kind == flows.REBUILD:
            # Without an image nothing was taken away.
            unharmed = not run.index and code == exceptions.ImageGone.code
            return run.begun and not unharmed
        return flows.builds(order.kind, order.inputs) or flows.destroys(
            order.kind, order.inputs
        )
