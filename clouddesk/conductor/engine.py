"""Carries out one work order from claim to end.

The order is read from the database at the beginning of each phase, so that a
first claim, a take-over after a crash and a cancellation all run through the
same code.
"""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import threading
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.cloud import types
from clouddesk.conductor import clock
from clouddesk.conductor import crew as crews
from clouddesk.conductor import faults
from clouddesk.conductor import fence
from clouddesk.conductor import flows as ways
from clouddesk.conductor import lease as leases
from clouddesk.conductor import retreat
from clouddesk.conductor import scene as scenes
from clouddesk.conductor import walker as walkers
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.db.api import image_builds
from clouddesk.db.api import progress
from clouddesk.db.api import subjects
from clouddesk.db.api import work_orders

LOG = logging.getLogger(__name__)

_OPEN = frozenset({states.ITEM_PENDING, states.ITEM_WORKING})


class Engine:
    def __init__(
        self,
        lease: leases.Lease,
        cloud_of: Callable[[str], Any],
        executor: Any,
        conf: cfg.ConfigOpts,
        now: clock.Clock | None = None,
    ) -> None:
        """
        :param cloud_of: gives the cloud as seen from a project
        :param executor: threads for what calls the cloud
        """
        self._lease = lease
        self._cloud_of = cloud_of
        self._executor = executor
        self._conf = conf
        self._clock = now or clock.Clock()
        self._stopped = threading.Event()
        self._asked = threading.Event()
        self._crew: crews.Crew | None = None
        self._cancelling = False
        self._undoing = False
        self._check_at = 0.0

    def run(self, claimed: models.WorkOrder | None = None) -> None:
        """Until the order ended, or :meth:`stop` was called.

        :param claimed: the order with its items, as the claim found it
        :raises LeaseLost: another conductor has the order
        """
        order = claimed or self._load()
        if order.status != states.CANCELLING:
            self._carry_out(order)
        if self._must_cancel() and not self._stopped.is_set():
            self._undo(self._load())
        if not self._stopped.is_set():
            self._finish(self._load())

    def stop(self) -> None:
        """Let every item come to its next checkpoint, then leave it."""
        self._stopped.set()
        self.wake()

    def wake(self) -> None:
        """Look at the order's row now: somebody may have cancelled it."""
        self._asked.set()
        crew = self._crew
        if crew is not None:
            crew.wake()

    def notice(
        self, servers: Mapping[str, list[types.Server]], asked_at: float
    ) -> None:
        """Somebody saw servers, by desktop, on the monotonic clock."""
        crew = self._crew
        if crew is not None:
            crew.notice(servers, asked_at)

    def heard(self, desktop_id: str) -> None:
        """Nova told of a desktop; what it is will be noticed."""
        crew = self._crew
        if crew is not None:
            crew.heard(desktop_id)

    # -- phases ------------------------------------------------------------

    def _carry_out(self, order: models.WorkOrder) -> None:
        flow = ways.flow_of(order)
        runs = [
            self._run_of(item, row, flow)
            for item, row in self._open_items(order)
        ]
        ctx = self._context(order)
        if flow.looks or self._lease.epoch > 1:
            self._survey(ctx, [run.subject for run in runs], runs)
        self._work(ctx, runs, flow, self._go_on)

    def _undo(self, order: models.WorkOrder) -> None:
        self._undoing = True
        flow = ways.flow_of(order)
        items = self._open_items(order)
        ctx = self._context(order)
        runs, dropped = retreat.plan(ctx, flow, items, self._clock)
        rows = [row for _item, row in items]
        if self._lease.epoch == 1 and retreat.is_untouched(order, items):
            ctx.scene.assume_empty(rows)
        else:
            self._survey(ctx, rows, runs)
        for item, row in dropped:
            self._lease.check()
            retreat.drop(ctx, self._lease.epoch, item, row)
        # Whatever fails on the way back, nothing is left untried.
        unlimited = dataclasses.replace(flow, limited=False)
        self._work(ctx, runs, unlimited, self._stay)

    def _finish(self, order: models.WorkOrder) -> None:
        bad = [
            item
            for item in order.items
            if item.status == states.ITEM_FAILED or item.status in _OPEN
        ]
        undone = any(item.status == states.ITEM_UNDONE for item in order.items)
        status, fault = states.SUCCEEDED, None
        if order.status == states.CANCELLING and undone:
            status = states.CANCELLED
        elif bad:
            status, fault = states.FAILED, faults.summary(order, bad)
        progress.finish_order(order.id, self._lease.epoch, status, fault)
        self._lease.end()
        LOG.info(
            'Work order %(id)s (%(kind)s) ended %(status)s',
            {'id': order.id, 'kind': order.kind, 'status': status},
        )

    # -- parts of a phase --------------------------------------------------

    def _run_of(
        self, item: models.WorkItem, row: Any, flow: steps.Flow
    ) -> walkers.Run:
        began = clock.began(self._clock, item)
        failure = faults.remembered(item)
        if failure is not None:
            # Another conductor left it on its way back.
            run = walkers.Run(item, row, flow.back, 0, began, undoing=True)
            run.failure = failure
            return run
        # A retry goes through all steps: what is there is adopted, what is
        # broken is replaced.
        is_new = item.status == states.ITEM_PENDING
        index = 0 if is_new else item.steps_done
        return walkers.Run(item, row, flow.steps, index, began, flow=flow)

    def _load(self) -> models.WorkOrder:
        self._lease.check()
        return work_orders.get(self._lease.order_id)

    def _open_items(self, order: models.WorkOrder) -> list[retreat.Pair]:
        """What is left to do.

        An item whose row vanished cannot be done: a removal is over, the
        others stay open until the end of the order fails them.
        """
        held = subjects.held_by(order)
        found = []
        for item in order.items:
            if item.status not in _OPEN:
                continue
            if item.subject_id in held:
                found.append((item, held[item.subject_id]))
            elif flows.removes(order.kind, order.inputs):
                where = (order.id, self._lease.epoch, item.id)
                progress.forget(*where, about=item.subject_type)
        return found

    def _context(self, order: models.WorkOrder) -> steps.Context:
        cloud = self._cloud_of(order.project_id)
        fenced = fence.Fenced(cloud, self._lease.check)
        build = (
            image_builds.of_order(order.id)
            if order.kind in flows.OF_BUILDS
            else None
        )
        return steps.Context(
            fenced, fenced.service, scenes.Scene(fenced), order, build
        )

    def _survey(
        self,
        ctx: steps.Context,
        rows: list[Any],
        runs: list[walkers.Run],
    ) -> None:
        """Find what others made for these desktops, or images.

        Where that does not work each item looks for itself, and fails for
        itself.
        """
        try:
            ctx.scene.look(rows)
        except exceptions.CloudError as error:
            LOG.warning(
                'Work order %(id)s: what exists is looked up one by one: '
                '%(error)s',
                {'id': ctx.order.id, 'error': error},
            )
            for run in runs:
                run.doubt = True

    def _work(
        self,
        ctx: steps.Context,
        runs: list[walkers.Run],
        flow: steps.Flow,
        watch: Callable[[], bool],
    ) -> None:
        walker = walkers.Walker(
            ctx, self._lease.epoch, self._conf, self._clock, self._is_halted
        )
        self._crew = crews.Crew(
            walker, self._executor, self._conf, self._clock, watch, flow
        )
        self._asked.set()
        try:
            self._crew.work(runs)
        finally:
            self._crew = None

    # -- between two steps -------------------------------------------------

    def _is_halted(self) -> bool:
        return (
            self._stopped.is_set()
            or self._lease.lost
            or (self._cancelling and not self._undoing)
        )

    def _go_on(self) -> bool:
        """Whether the order may go on as it was asked for."""
        return self._stay() and not self._must_cancel()

    def _stay(self) -> bool:
        if self._lease.lost:
            raise exceptions.LeaseLost(id=self._lease.order_id)
        return not self._stopped.is_set()

    def _must_cancel(self) -> bool:
        now = self._clock.monotonic()
        if self._asked.is_set() or now >= self._check_at:
            self._asked.clear()
            self._check_at = now + self._conf.conductor.poll_interval
            order = progress.check(self._lease.order_id, self._lease.epoch)
            self._cancelling = order.status == states.CANCELLING
        return self._cancelling
