"""Options that choose desktops out of all."""

import argparse
from typing import Any

from clouddesk.osc import find
from clouddesk.osc import listing
from clouddesk.osc import tags
from clouddesk.osc.i18n import _


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what a list of desktops can be narrowed down by."""
    parser.add_argument(
        '--status',
        metavar='<status>[,<status>...]',
        type=listing.some_words,
        help=_('Only desktops in one of these states'),
    )
    parser.add_argument(
        '--name',
        metavar='<name>',
        type=listing.something,
        help=_('Only this exact name'),
    )
    for noun in ('pool', 'image', 'flavor', 'network'):
        parser.add_argument(
            f'--{noun}',
            metavar=f'<{noun}>',
            type=listing.something,
            help=_('Only those of this %s (name or ID)') % noun,
        )
    listing.add_template_options(parser)
    tags.add_filters(parser)
    parser.add_argument(
        '--query',
        metavar='<text>',
        type=listing.something,
        help=_('Part of the name, or an exact address or user ID'),
    )
    parser.add_argument(
        '--mine',
        action='store_true',
        help=_('Only those assigned to you or to a group of yours'),
    )
    parser.add_argument(
        '--assignee',
        metavar='<user or group>',
        type=listing.something,
        help=_('Only those assigned to this user or group (name or ID)'),
    )


def given(
    parsed_args: argparse.Namespace, client: Any, connection: Any
) -> dict[str, Any]:
    """What the options ask of the list."""
    wanted = {
        'name': parsed_args.name,
        'status': parsed_args.status,
        'search': parsed_args.query,
        'mine': parsed_args.mine,
        'tags': parsed_args.tags,
        'any_tags': parsed_args.any_tags,
    }
    if parsed_args.pool:
        wanted['pool_id'] = find.pool(client, parsed_args.pool).id
    if parsed_args.assignee:
        wanted['assignee_id'] = find.person(connection, parsed_args.assignee)
    for noun in ('image', 'flavor', 'network'):
        name = getattr(parsed_args, noun)
        if name:
            resolve = getattr(find, noun)
            wanted[f'{noun}_id'] = resolve(connection, name)
    found = {key: value for key, value in wanted.items() if value}
    return found | listing.of_template(parsed_args, client)
