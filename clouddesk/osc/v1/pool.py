"""``openstack desktop pool create|list|show|set|resize|retry|delete``"""

import argparse
from typing import Any

from clouddesk.osc import columns
from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc import listing
from clouddesk.osc import questions
from clouddesk.osc import spec
from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.i18n import ngettext
from clouddesk.osc.v1 import desktop as desktop_commands
from clouddesk.osc.v1 import preview
from clouddesk.osc.v1 import rows

_FORMATTERS = desktop_commands.PEOPLE | {
    'counts': columns.Counts,
    'components': columns.Words,
    'data_images': columns.Words,
    'login': columns.Login,
    'disk': columns.Gibibytes,
    'faults': columns.Faults,
    'ram': columns.Mebibytes,
    'template': columns.Template,
    'remote_protocols': columns.Words,
    'volume_size': columns.Gibibytes,
}

_SHOWN = (
    'id',
    'name',
    'note',
    'status',
    'status_reason',
    'size',
    'counts',
    'faults',
    'assignment',
    'persistence',
    'on_return',
    'members',
    'template',
    'image_id',
    'flavor_id',
    'network_id',
    'boot_from',
    'volume_size',
    'data_images',
    'availability_zone',
    'name_template',
    'vcpus',
    'ram',
    'disk',
    'floating_network_id',
    'remote_protocols',
    'login',
    'components',
    'has_user_data',
    'keep_running',
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
    'size': 'Size',
    'counts': 'Desktops',
}
_LISTED_LONG = _LISTED | {
    'assignment': 'Assignment',
    'persistence': 'Persistence',
    'note': 'Note',
    'template': 'Template',
    'image_id': 'Image ID',
    'flavor_id': 'Flavor ID',
    'network_id': 'Network ID',
    'boot_from': 'Boot From',
    'work_order_id': 'Work Order ID',
    'created_at': 'Created At',
}
_OF_PROJECT = {'project_id': 'Project ID'}
_PEOPLE = {
    'assignment': (
        ('by-hand', 'first-come'),
        _('Whether desktops are given to people, or people take them'),
    ),
    'persistence': (
        ('persistent', 'floating'),
        _('Whether a desktop stays with its user, or goes back after use'),
    ),
    'on-return': (
        ('keep', 'rebuild'),
        _('What happens to a floating desktop that goes back'),
    ),
}
_DELETED = ('ID', 'Name', 'Status', 'Work Order ID')

_SORT_KEYS = ('created_at', 'updated_at', 'name', 'size', 'id')


class CreatePool(command.ShowSome):
    _description = _('Create a pool of equal desktops')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'name', metavar='<name>', help=_('Name of the pool')
        )
        spec.add_options(parser)
        _add_size_option(parser)
        _add_people_options(parser)
        preview.add_option(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Order the pool."""
        attrs = spec.of_template(parsed_args, self.client)
        attrs |= spec.attributes(parsed_args, self.connection)
        attrs |= _people(parsed_args)
        attrs |= {'name': parsed_args.name, 'size': parsed_args.size}
        if parsed_args.dry_run:
            return preview.shown(self, self.client.preview_pool(**attrs))
        order = self.client.create_pool(**attrs)
        pool_id = order.subject['id']
        if parsed_args.wait:
            self.wait(order)
        return _shown(self.client.get_pool(pool_id))


class ListPool(command.Lister):
    _description = _('List pools')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--name', metavar='<name>', help=_('Only this exact name')
        )
        listing.add_template_options(parser)
        listing.add_options(parser, _SORT_KEYS, default='name')
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the pools."""
        asked = listing.query(parsed_args, self.connection)
        listed = _LISTED_LONG if parsed_args.long else _LISTED
        if 'all_projects' in asked:
            listed = listed | _OF_PROJECT
        asked |= listing.of_template(parsed_args, self.client)
        pools = self.client.pools(name=parsed_args.name, **asked)
        return rows.of_list(pools, listed, _FORMATTERS)


class ShowPool(command.ShowOne):
    _description = _('Show a pool and what is wrong with its desktops')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_pool_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Find the pool; only the look at one pool tells its faults."""
        pool = find.pool(self.client, parsed_args.pool)
        pool = self.client.get_pool(pool.id)
        left_out = (pool.counts or {}).get('fault', 0) - len(pool.faults or ())
        if left_out > 0:
            self.hint(_more_faults(pool, left_out))
        return _shown(pool)


class SetPool(command.Command):
    _description = _('Set properties of a pool')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_pool_argument(parser)
        desktop_commands.add_set_options(parser)
        _add_people_options(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change what was given."""
        attrs = _people(parsed_args)
        attrs |= (
            desktop_commands.given(parsed_args)
            if attrs
            else desktop_commands.set_attributes(parsed_args)
        )
        pool = find.pool(self.client, parsed_args.pool)
        self.client.update_pool(pool.id, **attrs)


class ResizePool(command.ShowSome):
    _description = _('Grow or shrink a pool')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_pool_argument(parser)
        _add_size_option(parser)
        questions.add_yes_option(parser)
        preview.add_option(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Order the new size; shrinking deletes, so it is asked about."""
        pool = find.pool(self.client, parsed_args.pool)
        if parsed_args.dry_run:
            found = self.client.preview_resize_pool(pool.id, parsed_args.size)
            return preview.shown(self, found)
        if parsed_args.size < pool.size:
            question = ngettext(
                'Shrink %(name)s from %(size)s to %(wanted)s desktop and '
                'delete the others with everything on them?',
                'Shrink %(name)s from %(size)s to %(wanted)s desktops and '
                'delete the others with everything on them?',
                parsed_args.size,
            ) % {
                'name': pool.name,
                'size': pool.size,
                'wanted': parsed_args.size,
            }
            questions.confirm(question, parsed_args.yes)
        order = self.client.resize_pool(pool.id, parsed_args.size)
        if parsed_args.wait:
            self.wait(order)
        return _shown(self.client.get_pool(pool.id))


class RetryPool(command.ShowOne):
    _description = _(
        'Build the desktops in fault again and fill the missing ones'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_pool_argument(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Order the retry."""
        pool = find.pool(self.client, parsed_args.pool)
        order = self.client.retry_pool(pool.id)
        if parsed_args.wait:
            self.wait(order)
        return _shown(self.client.get_pool(pool.id))


class AdoptPool(command.ShowOne):
    _description = _(
        'Let a pool follow the newest revision of its template; its desktops '
        'change when they are made again'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_pool_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Take the template over."""
        pool = find.pool(self.client, parsed_args.pool)
        return _shown(self.client.adopt_pool(pool.id))


class DeletePool(command.Lister):
    _description = _('Delete pools and all their desktops')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'pool',
            metavar='<pool>',
            nargs='+',
            help=_('Pool(s) (name or ID)'),
        )
        questions.add_yes_option(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Order the end of each pool, then wait for all of them."""
        pools = find.pools(self.client, parsed_args.pool)
        questions.confirm(_question(pools), parsed_args.yes)
        orders = [
            self.client.delete_pool(pool.id, ignore_missing=False)
            for pool in pools
        ]
        if parsed_args.wait:
            orders = self.wait_for_all(orders)
        return _DELETED, [
            (pool.id, pool.name, _after_delete(order), order.id)
            for pool, order in zip(pools, orders, strict=True)
        ]


def _add_people_options(parser: argparse.ArgumentParser) -> None:
    """Add how people come to desktops, and how these go back."""
    for option, (values, text_) in _PEOPLE.items():
        parser.add_argument(f'--{option}', choices=values, help=text_)


def _people(parsed_args: argparse.Namespace) -> dict[str, str]:
    """What was given of these, as the API spells it."""
    names = [option.replace('-', '_') for option in _PEOPLE]
    return {
        name: getattr(parsed_args, name).replace('-', '_')
        for name in names
        if getattr(parsed_args, name) is not None
    }


def _add_size_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--size',
        metavar='<number>',
        type=spec.whole_number,
        required=True,
        help=_('Number of desktops that the pool shall have'),
    )


def _question(pools: list[Any]) -> str:
    number = sum(sum((pool.counts or {}).values()) for pool in pools)
    return ngettext(
        'Delete with %(number)s desktop and everything on it: %(names)s?',
        'Delete with %(number)s desktops and everything on them: %(names)s?',
        number,
    ) % {
        'number': number,
        'names': ', '.join(text.one_line(pool.name) for pool in pools),
    }


def _more_faults(pool: Any, number: int) -> str:
    return ngettext(
        '%(number)s more desktop is in fault. List all of them with:\n'
        '    openstack desktop list --pool %(id)s --status fault --long',
        '%(number)s more desktops are in fault. List all of them with:\n'
        '    openstack desktop list --pool %(id)s --status fault --long',
        number,
    ) % {'number': number, 'id': pool.id}


def _after_delete(order: Any) -> str:
    if order.status == 'succeeded':
        return _('deleted')
    if order.status == 'cancelled':
        return _('kept')
    return _('degraded') if order.status == 'failed' else _('deleting')


def _shown(pool: Any) -> rows.Table:
    return rows.of_one(pool, _SHOWN, _FORMATTERS)
