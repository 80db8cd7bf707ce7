"""Rows of the lists that several commands print."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from osc_lib import utils

from clouddesk.osc import columns
from clouddesk.osc.i18n import _
from clouddesk.sdk import exceptions

Table = tuple[Sequence[str], Iterable[Any]]

_BATCH = ('ID', 'Name', 'Status', 'Addresses', 'Fault', 'Work Order ID')


def of_one(
    resource: Any, shown: Sequence[str], formatters: Mapping[str, Any]
) -> Table:
    """The attributes of one resource.

    :param formatters: attribute → column that formats it
    """
    return shown, utils.get_item_properties(
        resource, shown, formatters=formatters
    )


def of_list(
    resources: Iterable[Any],
    listed: Mapping[str, str],
    formatters: Mapping[str, Any],
) -> Table:
    """A row for each resource.

    :param listed: attribute → heading, in the order of the columns
    :param formatters: attribute → column that formats it
    """
    fields = tuple(listed)
    return tuple(listed.values()), (
        utils.get_item_properties(resource, fields, formatters=formatters)
        for resource in resources
    )


def of_batch(client: Any, order: Any) -> Table:
    """A row for each desktop of a work order, as the desktop is now."""
    return _BATCH, [_of_item(client, order, item) for item in order.work_items]


def _of_item(client: Any, order: Any, item: dict[str, Any]) -> tuple[Any, ...]:
    try:
        desktop = client.get_desktop(item['desktop_id'])
    except exceptions.NotFoundException:
        return (
            item['desktop_id'],
            item['name'],
            _('deleted'),
            columns.Addresses([]),
            columns.Fault(item.get('fault')),
            order.id,
        )
    return (
        desktop.id,
        desktop.name,
        desktop.status,
        columns.Addresses(desktop.addresses),
        columns.Fault(desktop.fault),
        order.id,
    )
