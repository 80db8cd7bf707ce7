"""``openstack desktop work order list|show|retry|pause|resume|cancel``"""

import argparse
from typing import Any

from osc_lib import utils

from clouddesk.osc import columns
from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc import listing
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import rows

_FORMATTERS = {
    'counts': columns.Counts,
    'fault': columns.Fault,
    'percent': columns.Percent,
    'steps': columns.Steps,
    'subject': columns.Subject,
    'work_items': columns.Items,
}

#: Attribute → heading; the API calls the items so.
_SHOWN = {
    'id': 'id',
    'kind': 'kind',
    'subject': 'subject',
    'status': 'status',
    'percent': 'percent',
    'fault': 'fault',
    'counts': 'counts',
    'steps': 'steps',
    'work_items': 'items',
    'project_id': 'project_id',
    'user_id': 'user_id',
    'request_id': 'request_id',
    'created_at': 'created_at',
    'started_at': 'started_at',
    'finished_at': 'finished_at',
    'updated_at': 'updated_at',
}

_LISTED = {
    'id': 'ID',
    'kind': 'Kind',
    'subject': 'Subject',
    'status': 'Status',
    'percent': 'Percent',
    'created_at': 'Created At',
}
_LISTED_LONG = _LISTED | {
    'counts': 'Desktops',
    'fault': 'Fault',
    'started_at': 'Started At',
    'finished_at': 'Finished At',
    'user_id': 'User ID',
    'request_id': 'Request ID',
}
_OF_PROJECT = {'project_id': 'Project ID'}

_SORT_KEYS = ('created_at',)


class ListWorkOrder(command.Lister):
    _description = _('List work orders, the newest first')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--status',
            metavar='<status>[,<status>...]',
            type=listing.some_words,
            help=_('Only work orders in one of these states'),
        )
        parser.add_argument(
            '--kind',
            metavar='<kind>',
            help=_('Only work orders of this kind, e.g. pool.create'),
        )
        parser.add_argument(
            '--pool',
            metavar='<pool>',
            help=_('Only work orders for this pool (name or ID)'),
        )
        parser.add_argument(
            '--desktop',
            metavar='<desktop>',
            help=_('Only work orders with this desktop (name or ID)'),
        )
        parser.add_argument(
            '--image',
            metavar='<image>',
            help=_('Only work orders with this image (name or ID)'),
        )
        listing.add_options(parser, _SORT_KEYS)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the work orders."""
        asked = listing.query(parsed_args, self.connection)
        listed = _LISTED_LONG if parsed_args.long else _LISTED
        if 'all_projects' in asked:
            listed = listed | _OF_PROJECT
        filters = self._filters(parsed_args)
        orders = self.client.work_orders(**filters, **asked)
        return rows.of_list(orders, listed, _FORMATTERS)

    def _filters(self, parsed_args: argparse.Namespace) -> dict[str, Any]:
        filters = {'status': parsed_args.status, 'kind': parsed_args.kind}
        if parsed_args.pool:
            pool = find.pool(self.client, parsed_args.pool)
            filters['subject_id'] = pool.id
        if parsed_args.desktop:
            desktop = find.desktop(self.client, parsed_args.desktop)
            filters['desktop_id'] = desktop.id
        if parsed_args.image:
            # Its orders are there when it is gone, too.
            image = self.client.find_image(parsed_args.image)
            filters['image_id'] = image.id if image else parsed_args.image
        return {key: value for key, value in filters.items() if value}


class ShowWorkOrder(command.ShowOne):
    _description = _('Show a work order, its steps and its desktops')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'work_order', metavar='<work-order>', help=_('Work order (ID)')
        )
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Get the order, after its end if wanted."""
        order = self.client.get_work_order(parsed_args.work_order)
        if parsed_args.wait:
            order = self.wait(order)
        values = utils.get_item_properties(
            order, tuple(_SHOWN), formatters=_FORMATTERS
        )
        return tuple(_SHOWN.values()), values


class WorkOrderAction(command.Lister):
    """Do something to work orders, to all of them or to none."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'work_order',
            metavar='<work-order>',
            nargs='+',
            help=_('Work order(s) (ID)'),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Do it and list the orders as they are after it."""
        ids = list(dict.fromkeys(parsed_args.work_order))
        return rows.of_list(self.act(ids), _LISTED, _FORMATTERS)

    def act(self, ids: list[str]) -> list[Any]:
        """Do it to one order or to a batch."""
        raise NotImplementedError()


class RetryWorkOrder(WorkOrderAction):
    _description = _('Go on with failed work orders from the failed step')

    def act(self, ids: list[str]) -> list[Any]:
        """Do it to one order or to a batch."""
        if len(ids) == 1:
            return [self.client.retry_work_order(ids[0])]
        return self.client.retry_work_orders(ids)


class PauseWorkOrder(WorkOrderAction):
    _description = _('Hold back work orders that have not begun')

    def act(self, ids: list[str]) -> list[Any]:
        """Do it to one order or to a batch."""
        if len(ids) == 1:
            return [self.client.pause_work_order(ids[0])]
        return self.client.pause_work_orders(ids)


class ResumeWorkOrder(WorkOrderAction):
    _description = _('Let paused work orders begin')

    def act(self, ids: list[str]) -> list[Any]:
        """Do it to one order or to a batch."""
        if len(ids) == 1:
            return [self.client.resume_work_order(ids[0])]
        return self.client.resume_work_orders(ids)


class CancelWorkOrder(WorkOrderAction):
    _description = _('End work orders and undo what they have not finished')

    def act(self, ids: list[str]) -> list[Any]:
        """Do it to one order or to a batch."""
        if len(ids) == 1:
            return [self.client.cancel_work_order(ids[0])]
        return self.client.cancel_work_orders(ids)
