"""The proxy's verbs for work orders."""

from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from openstack import exceptions
from openstack import utils

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import work_order as _work_order


class WorkOrdersMixin(_base.BaseProxy):
    def work_orders(
        self, **query: Any
    ) -> Generator[_work_order.WorkOrder, None, None]:
        """Retrieve a generator of work orders, without their items

        :param query: Optional query parameters: ``status`` (one or a
            list), ``kind``, ``subject_id``, ``desktop_id``, ``limit``,
            ``marker``, ``sort_key``, ``sort_dir``, and for an admin
            ``all_projects`` and ``project_id``.

        :returns: A generator of
            :class:`~clouddesk.sdk.v1.work_order.WorkOrder` objects.
        """
        paginated = query.pop('paginated', True)
        return self._list(
            _work_order.WorkOrder,
            paginated=paginated,
            **_common.query(query),
        )

    def get_work_order(
        self, work_order: str | _work_order.WorkOrder
    ) -> _work_order.WorkOrder:
        """Get a single work order with its items

        :param work_order: The id of a work order or a
            :class:`~clouddesk.sdk.v1.work_order.WorkOrder` instance.

        :returns: One :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        :raises: :class:`~openstack.exceptions.NotFoundException` when no
            work order matches.
        """
        return self._get(_work_order.WorkOrder, work_order)

    def retry_work_order(
        self, work_order: str | _work_order.WorkOrder
    ) -> _work_order.WorkOrder:
        """Go on with a failed work order from the step that failed"""
        return self._act_on_order(work_order, 'retry')

    def retry_work_orders(
        self, work_orders: Iterable[str | _work_order.WorkOrder]
    ) -> list[_work_order.WorkOrder]:
        """Retry several work orders, all of them or none"""
        return self._act_on_orders(work_orders, 'retry')

    def pause_work_order(
        self, work_order: str | _work_order.WorkOrder
    ) -> _work_order.WorkOrder:
        """Hold back a work order that has not begun"""
        return self._act_on_order(work_order, 'pause')

    def pause_work_orders(
        self, work_orders: Iterable[str | _work_order.WorkOrder]
    ) -> list[_work_order.WorkOrder]:
        """Pause several work orders, all of them or none"""
        return self._act_on_orders(work_orders, 'pause')

    def resume_work_order(
        self, work_order: str | _work_order.WorkOrder
    ) -> _work_order.WorkOrder:
        """Let a paused work order begin"""
        return self._act_on_order(work_order, 'resume')

    def resume_work_orders(
        self, work_orders: Iterable[str | _work_order.WorkOrder]
    ) -> list[_work_order.WorkOrder]:
        """Resume several work orders, all of them or none"""
        return self._act_on_orders(work_orders, 'resume')

    def cancel_work_order(
        self, work_order: str | _work_order.WorkOrder
    ) -> _work_order.WorkOrder:
        """End a work order and undo what it has not finished"""
        return self._act_on_order(work_order, 'cancel')

    def cancel_work_orders(
        self, work_orders: Iterable[str | _work_order.WorkOrder]
    ) -> list[_work_order.WorkOrder]:
        """Cancel several work orders, all of them or none"""
        return self._act_on_orders(work_orders, 'cancel')

    def wait_for_work_order(
        self,
        work_order: str | _work_order.WorkOrder,
        timeout: float | None = None,
        interval: float | None = 2,
        callback: Callable[[_work_order.WorkOrder], None] | None = None,
        failures: Sequence[str] = ('failed', 'cancelled'),
    ) -> _work_order.WorkOrder:
        """Wait until a work order has ended

        A paused order counts as not ended. Short failures of the service
        are bridged.

        :param work_order: The id of a work order or a
            :class:`~clouddesk.sdk.v1.work_order.WorkOrder` instance.
        :param timeout: Seconds to wait at most; None waits for ever.
        :param interval: Seconds between two looks.
        :param callback: Called with the order after each look; its
            ``percent`` and ``steps`` tell how far it is.
        :param failures: Ends that raise an exception.

        :returns: The finished
            :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        :raises: :class:`~openstack.exceptions.ResourceTimeout` when the
            time is over.
        :raises: :class:`~openstack.exceptions.ResourceFailure` when the
            order ended in one of ``failures``.
        """
        order = self._get_resource(_work_order.WorkOrder, work_order)
        name = f'{_work_order.WorkOrder.__name__}:{order.id}'
        patient = self.patient()
        for _count in utils.iterate_timeout(
            timeout, f'Timeout waiting for {name} to end', wait=interval
        ):
            order = order.fetch(patient, skip_cache=True)
            if callback:
                callback(order)
            if order.is_finished:
                break
        if order.status in failures:
            raise exceptions.ResourceFailure(f'{name} {order.status}')
        return order

    def _act_on_order(
        self, work_order: str | _work_order.WorkOrder, action: str
    ) -> _work_order.WorkOrder:
        found = self._get_resource(_work_order.WorkOrder, work_order)
        return found.act(self, action)

    def _act_on_orders(
        self,
        work_orders: Iterable[str | _work_order.WorkOrder],
        action: str,
    ) -> list[_work_order.WorkOrder]:
        return _work_order.WorkOrder.act_on_all(
            self, action, _common.ids(work_orders)
        )
