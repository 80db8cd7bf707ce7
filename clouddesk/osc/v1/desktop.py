"""``openstack desktop create|list|show|set``"""

import argparse
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import columns
from clouddesk.osc import command
from clouddesk.osc import filters
from clouddesk.osc import find
from clouddesk.osc import listing
from clouddesk.osc import spec
from clouddesk.osc import tags
from clouddesk.osc.i18n import _
from clouddesk.osc.i18n import ngettext
from clouddesk.osc.v1 import preview
from clouddesk.osc.v1 import rows

#: How people look, of desktops and of pools.
PEOPLE = {'assignee': columns.Assignee, 'members': columns.Members}

_FORMATTERS = PEOPLE | {
    'addresses': columns.Addresses,
    'components': columns.Words,
    'data_images': columns.Words,
    'data_volumes': columns.Words,
    'login': columns.Login,
    'disk': columns.Gibibytes,
    'fault': columns.Fault,
    'ram': columns.Mebibytes,
    'template': columns.Template,
    'remote_protocols': columns.Words,
    'tags': columns.Words,
    'volume_size': columns.Gibibytes,
}

_SHOWN = (
    'id',
    'name',
    'note',
    'tags',
    'status',
    'fault',
    'addresses',
    'assignee',
    'pool_id',
    'slot',
    'template',
    'image_id',
    'flavor_id',
    'network_id',
    'boot_from',
    'volume_size',
    'data_images',
    'availability_zone',
    'vcpus',
    'ram',
    'disk',
    'floating_network_id',
    'remote_protocols',
    'login',
    'components',
    'has_user_data',
    'keep_running',
    'locked',
    'lock_reason',
    'protected',
    'server_id',
    'server_status',
    'port_id',
    'volume_id',
    'data_volumes',
    'work_order_id',
    'project_id',
    'user_id',
    'created_at',
    'updated_at',
)

_LISTED = {
    'id': 'ID',
    'name': 'Name',
    'status': 'Status',
    'addresses': 'Addresses',
}
_LISTED_LONG = _LISTED | {
    'assignee': 'Assignee',
    'fault': 'Fault',
    'note': 'Note',
    'tags': 'Tags',
    'pool_id': 'Pool ID',
    'template': 'Template',
    'image_id': 'Image ID',
    'flavor_id': 'Flavor ID',
    'network_id': 'Network ID',
    'boot_from': 'Boot From',
    'vcpus': 'vCPUs',
    'ram': 'RAM',
    'disk': 'Disk',
    'availability_zone': 'Availability Zone',
    'server_id': 'Server ID',
    'work_order_id': 'Work Order ID',
    'created_at': 'Created At',
}
_OF_PROJECT = {'project_id': 'Project ID'}

SORT_KEYS = ('created_at', 'updated_at', 'name', 'status', 'id')


class CreateDesktop(command.ShowSome):
    _description = _('Create a desktop, or several with --count')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'name',
            metavar='<name>',
            help=_(
                'Name of the desktop; with --count, what the names are '
                'made from'
            ),
        )
        spec.add_options(parser)
        parser.add_argument(
            '--count',
            metavar='<number>',
            type=spec.whole_number,
            help=_('Number of desktops to create'),
        )
        tags.add_option(parser)
        preview.add_option(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        """Order one desktop, or a batch."""
        attrs = spec.of_template(parsed_args, self.client)
        attrs |= spec.attributes(parsed_args, self.connection)
        if parsed_args.tags:
            attrs['tags'] = parsed_args.tags
        if parsed_args.count is not None:
            attrs['count'] = parsed_args.count
        if parsed_args.dry_run:
            found = self.client.preview_desktop(name=parsed_args.name, **attrs)
            return preview.shown(self, found)
        if parsed_args.count is not None:
            self.several = parsed_args.count > 1
        if self.several:
            self.require_list_format()
        order = self.client.create_desktop(name=parsed_args.name, **attrs)
        if parsed_args.wait:
            order = self.wait(order)
        if self.several:
            return rows.of_batch(self.client, order)
        return shown(
            self.client.get_desktop(order.work_items[0]['desktop_id'])
        )


class ListDesktop(command.Lister):
    _description = _('List desktops')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        filters.add_options(parser)
        parser.add_argument(
            '--totals',
            action='store_true',
            help=_('Also tell what all desktops of the query use together'),
        )
        listing.add_options(parser, SORT_KEYS, default='name')
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        """Ask for the desktops, and the totals if wanted."""
        wanted = filters.given(parsed_args, self.client, self.connection)
        asked = listing.query(parsed_args, self.connection)
        desktops = self.client.desktops(**wanted, **asked)
        listed = _LISTED_LONG if parsed_args.long else _LISTED
        if 'all_projects' in asked:
            listed = listed | _OF_PROJECT
        if parsed_args.totals:
            scope = ('all_projects', 'project_id')
            wanted |= {key: asked[key] for key in scope if key in asked}
            self.hint(totals(self.client.get_desktop_summary(**wanted)))
        return rows.of_list(desktops, listed, _FORMATTERS)


class ShowDesktop(command.ShowOne):
    _description = _('Show a desktop')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_desktop_argument(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        """Find the desktop."""
        return shown(find.desktop(self.client, parsed_args.desktop))


class SetDesktop(command.Command):
    _description = _('Set name, note, tags or power wish of a desktop')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_desktop_argument(parser)
        add_set_options(parser)
        tags.add_set_options(parser)
        keep = parser.add_mutually_exclusive_group()
        keep.add_argument(
            '--keep-running',
            action='store_true',
            default=None,
            help=_('Start it again when it shuts down by itself'),
        )
        keep.add_argument(
            '--no-keep-running',
            dest='keep_running',
            action='store_false',
            help=_('Let it stay off then'),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change what was given."""
        attrs: dict[str, Any] = {}
        if parsed_args.keep_running is not None:
            attrs['keep_running'] = parsed_args.keep_running
        has_more = attrs or tags.is_given(parsed_args)
        if not has_more or given(parsed_args):
            attrs |= set_attributes(parsed_args)
        desktop = find.desktop(self.client, parsed_args.desktop)
        if tags.is_given(parsed_args):
            attrs['tags'] = tags.changed(parsed_args, desktop.tags)
        self.client.update_desktop(desktop.id, **attrs)


def add_set_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be changed of a desktop or a pool."""
    parser.add_argument('--name', metavar='<name>', help=_('New name'))
    parser.add_argument(
        '--note', metavar='<note>', help=_('New note; "" removes it')
    )


def set_attributes(parsed_args: argparse.Namespace) -> dict[str, str]:
    """What is to be changed.

    :raises: CommandError when nothing was given
    """
    attrs = given(parsed_args)
    if not attrs:
        raise osc_exceptions.CommandError(_('Give what shall change.'))
    return attrs


def given(parsed_args: argparse.Namespace) -> dict[str, str]:
    """What was given of name and note."""
    return {
        key: getattr(parsed_args, key)
        for key in ('name', 'note')
        if getattr(parsed_args, key) is not None
    }


def shown(desktop: Any) -> tuple[Sequence[str], Iterable[Any]]:
    """All of one desktop."""
    return rows.of_one(desktop, _SHOWN, _FORMATTERS)


def totals(summary: Any) -> str:
    """``12 desktops: 24 vCPUs, 48 GiB RAM, 240 GiB disk``"""
    count = summary.count or 0
    return ngettext(
        '%(count)s desktop: %(vcpus)s vCPUs, %(ram)s RAM, %(disk)s disk',
        '%(count)s desktops: %(vcpus)s vCPUs, %(ram)s RAM, %(disk)s disk',
        count,
    ) % {
        'count': count,
        'vcpus': summary.vcpus or 0,
        'ram': columns.size(summary.ram or 0),
        'disk': columns.size((summary.disk or 0) * 1024),
    }
