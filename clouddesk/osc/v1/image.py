"""``openstack desktop image list|show|usage``"""

import argparse
from typing import Any

from osc_lib.cli import parseractions

from clouddesk.osc import columns
from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc import image_options
from clouddesk.osc import listing
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import rows

FORMATTERS = {
    'checksum': columns.Checksum,
    'fault': columns.Fault,
    'properties': columns.Pairs,
    'data_images': columns.Words,
    'tags': columns.Words,
}

SHOWN = (
    'id',
    'name',
    'note',
    'status',
    'visibility',
    'kind',
    'origin',
    'size',
    'virtual_size',
    'disk_format',
    'container_format',
    'checksum',
    'min_disk',
    'min_ram',
    'max_ram',
    'min_vcpus',
    'multiqueue',
    'data_images',
    'os_type',
    'os_distro',
    'os_version',
    'architecture',
    'tags',
    'properties',
    'protected',
    'hidden',
    'owner',
    'retired_at',
    'work_order_id',
    'fault',
    'created_at',
    'updated_at',
)

_LISTED = {'id': 'ID', 'name': 'Name', 'status': 'Status'}
_LISTED_LONG = {
    'id': 'ID',
    'name': 'Name',
    'kind': 'Kind',
    'disk_format': 'Disk Format',
    'container_format': 'Container Format',
    'size': 'Size',
    'checksum': 'Checksum',
    'status': 'Status',
    'visibility': 'Visibility',
    'protected': 'Protected',
    'owner': 'Project',
    'origin': 'Origin',
    'note': 'Note',
    'tags': 'Tags',
}

_SORT_KEYS = (
    'created_at',
    'name',
    'status',
    'size',
    'disk_format',
    'container_format',
    'updated_at',
    'id',
)

_SIZES = ('size', 'virtual_size', 'used', 'total')


class ListImage(command.Lister):
    _description = _('List the images that can be used')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        add_filters(parser)
        parser.add_argument(
            '--limit',
            metavar='<number>',
            type=int,
            action=parseractions.NonNegativeAction,
            help=_(
                'How many at most, up to max_page_size of "openstack desktop '
                'limits"'
            ),
        )
        parser.add_argument(
            '--marker',
            metavar='<image>',
            help=_('Only those that come after this one (name or ID)'),
        )
        parser.add_argument(
            '--long',
            action='store_true',
            help=_('List additional fields'),
        )
        add_human_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the images."""
        asked = filters(parsed_args, self.connection)
        if parsed_args.marker:
            asked['marker'] = image(self.client, parsed_args.marker).id
        if parsed_args.limit:
            # The one page that was asked for, not pages of that size.
            asked.update(limit=parsed_args.limit, paginated=False)
        found = self.client.images(**asked)
        listed = _LISTED_LONG if parsed_args.long else _LISTED
        return rows.of_list(found, listed, formatters(parsed_args))


class ShowImage(command.ShowOne):
    _description = _('Show an image')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        add_image_argument(parser)
        add_human_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Find the image."""
        found = image(self.client, parsed_args.image)
        return rows.of_one(found, SHOWN, formatters(parsed_args))


class ShowUsage(command.ShowOne):
    _description = _('Show how much room the images of the project take')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        add_human_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the usage."""
        shown = ('used', 'total', 'percent', 'level', 'source')
        wanted = formatters(parsed_args) | {'percent': columns.Percent}
        return rows.of_one(self.client.get_image_usage(), shown, wanted)


def add_image_argument(parser: argparse.ArgumentParser) -> None:
    """Add the image that a command is about."""
    parser.add_argument(
        'image', metavar='<image>', help=_('Image (name or ID)')
    )


def add_human_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--human-readable``."""
    parser.add_argument(
        '--human-readable',
        action='store_true',
        help=_('Print sizes in a format for people'),
    )


def image(client: Any, name: str) -> Any:
    """One image of clouddesk's by name or id."""
    return find.images(client, [name])[0]


def formatters(parsed_args: argparse.Namespace) -> dict[str, Any]:
    """How values look, with ``--human-readable`` or without."""
    if not parsed_args.human_readable:
        return FORMATTERS
    return FORMATTERS | dict.fromkeys(_SIZES, columns.Bytes)


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add what lists can be narrowed by, and how they are sorted."""
    image_options.add_visibility_options(
        parser,
        {
            'public': _('List only public images'),
            'private': _('List only private images'),
            'community': _('List only community images'),
            'shared': _('List only shared images'),
            'all': _('List images of every visibility'),
        },
    )
    parser.add_argument(
        '--property',
        dest='properties',
        metavar='<key=value>',
        action=parseractions.KeyValueAction,
        help=_('Only those with this property (repeat for several)'),
    )
    for option, metavar, help_ in (
        ('--name', '<name>', _('Only this exact name')),
        ('--query', '<text>', _('Part of the name or of the note')),
        ('--disk-format', '<format>', _('Only those of this format')),
        ('--container-format', '<format>', _('Only those in this container')),
        ('--project', '<project>', _('Only those of a project (name or ID)')),
    ):
        parser.add_argument(
            option, metavar=metavar, type=listing.something, help=help_
        )
    _add_choices(parser)
    parser.add_argument(
        '--status',
        metavar='<status>[,<status>...]',
        type=listing.some_words,
        help=_('Only those in one of these states, or all; default: active'),
    )
    parser.add_argument(
        '--tag',
        metavar='<tag>',
        dest='tags',
        action='append',
        help=_('Only those with this tag (repeat for several)'),
    )
    parser.add_argument(
        '--hidden',
        action='store_true',
        help=_('List hidden images, whatever their status'),
    )
    parser.add_argument(
        '--sort',
        metavar='<key>[:<direction>][,<key>[:<direction>]...]',
        type=_sort,
        default='name:asc',
        help=_('Sort by keys (%(keys)s), asc or desc; default: name:asc')
        % {'keys': ', '.join(_SORT_KEYS)},
    )


def _add_choices(parser: argparse.ArgumentParser) -> None:
    for option, choices, help_ in (
        (
            '--member-status',
            ('accepted', 'pending', 'rejected', 'all'),
            _('Of shared images, what the project has said to them'),
        ),
        ('--kind', image_options.KINDS, _('Only those of this kind')),
        ('--origin', image_options.ORIGINS, _('Only those that came so')),
    ):
        parser.add_argument(option, choices=choices, help=help_)
    for option, help_ in (
        ('--min-size', _('Only those of this size or more')),
        ('--max-size', _('Only those of this size or less')),
    ):
        parser.add_argument(
            option,
            metavar='<bytes>',
            type=int,
            action=parseractions.NonNegativeAction,
            help=help_,
        )


def filters(
    parsed_args: argparse.Namespace, connection: Any
) -> dict[str, Any]:
    """What the options ask of the list."""
    names = (
        'name',
        'visibility',
        'member_status',
        'properties',
        'tags',
        'disk_format',
        'container_format',
        'kind',
        'origin',
        'min_size',
        'max_size',
        'status',
    )
    asked = {name: getattr(parsed_args, name) for name in names}
    asked |= {'search': parsed_args.query, **parsed_args.sort}
    if parsed_args.hidden:
        asked['hidden'] = True
    if parsed_args.project:
        asked['owner'] = find.project(connection, parsed_args.project)
    return {key: value for key, value in asked.items() if value is not None}


def _sort(value: str) -> dict[str, list[str]]:
    """
    :raises: ArgumentTypeError for a key or direction that there is not
    """
    pairs = [word.partition(':') for word in listing.words(value)]
    keys = [key for key, _colon, _direction in pairs]
    directions = [direction or 'asc' for _key, _colon, direction in pairs]
    for key in keys:
        if key not in _SORT_KEYS:
            raise argparse.ArgumentTypeError(
                _('nothing is sorted by %(key)s; by %(keys)s')
                % {'key': key, 'keys': ', '.join(_SORT_KEYS)}
            )
    if not keys or set(directions) - {'asc', 'desc'}:
        raise argparse.ArgumentTypeError(
            _('%s is not <key> or <key>:asc or <key>:desc') % value
        )
    return {'sort_key': keys, 'sort_dir': directions}
