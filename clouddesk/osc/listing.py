"""Options that all list commands have."""

import argparse
from collections.abc import Sequence
import functools
from typing import Any

from osc_lib.cli import parseractions

from clouddesk.osc import find
from clouddesk.osc.i18n import _

_DIRECTIONS = ('asc', 'desc')


def add_options(
    parser: argparse.ArgumentParser,
    sort_keys: Sequence[str],
    default: str = '',
) -> None:
    """Add paging, sorting, projects and ``--long``.

    :param default: how to sort when nothing is said; the service decides
        when it is empty
    """
    add_page_options(parser)
    add_scope_options(parser, sort_keys, default)


def add_page_options(parser: argparse.ArgumentParser) -> None:
    """Add paging and ``--long``."""
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
        metavar='<id>',
        help=_('Only those that come after this one (ID)'),
    )
    parser.add_argument(
        '--long',
        action='store_true',
        help=_('List additional fields'),
    )


def add_scope_options(
    parser: argparse.ArgumentParser,
    sort_keys: Sequence[str],
    default: str = '',
) -> None:
    """Add sorting and projects."""
    parser.add_argument(
        '--sort',
        metavar='<key>[:<direction>]',
        type=functools.partial(_sort, sort_keys),
        default=default or {},
        help=_('Sort by a key (%(keys)s), asc or desc')
        % {'keys': ', '.join(sort_keys)},
    )
    add_project_options(parser)


def add_project_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--all-projects`` and ``--project``."""
    parser.add_argument(
        '--all-projects',
        action='store_true',
        help=_('List those of all projects (admin only)'),
    )
    parser.add_argument(
        '--project',
        metavar='<project>',
        type=something,
        help=_('List those of one project, name or ID (admin only)'),
    )


def add_template_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--template`` and ``--drift``."""
    parser.add_argument(
        '--template',
        metavar='<template>',
        type=something,
        help=_('Only what was made from this template (name or ID)'),
    )
    parser.add_argument(
        '--drift',
        action=argparse.BooleanOptionalAction,
        help=_('Only what was made from an older revision of its template'),
    )


def of_template(
    parsed_args: argparse.Namespace, client: Any
) -> dict[str, Any]:
    """What these two options ask of the API."""
    asked: dict[str, Any] = {}
    if parsed_args.template:
        found = find.template(client, parsed_args.template)
        asked['template_id'] = found.id
    if parsed_args.drift is not None:
        asked['drift'] = parsed_args.drift
    return asked


def query(parsed_args: argparse.Namespace, connection: Any) -> dict[str, Any]:
    """What the options ask of the API."""
    asked: dict[str, Any] = dict(parsed_args.sort)
    asked |= project_query(parsed_args, connection)
    return asked | page_query(parsed_args)


def page_query(parsed_args: argparse.Namespace) -> dict[str, Any]:
    """What ``--limit`` and ``--marker`` ask of the API."""
    asked: dict[str, Any] = {}
    if getattr(parsed_args, 'marker', None):
        asked['marker'] = parsed_args.marker
    if getattr(parsed_args, 'limit', None):
        # The one page that was asked for, not pages of that size.
        asked.update(limit=parsed_args.limit, paginated=False)
    return asked


def project_query(
    parsed_args: argparse.Namespace, connection: Any
) -> dict[str, Any]:
    """What ``--all-projects`` and ``--project`` ask of the API."""
    asked: dict[str, Any] = {}
    if parsed_args.project:
        asked['project_id'] = find.project(connection, parsed_args.project)
    if parsed_args.all_projects or parsed_args.project:
        asked['all_projects'] = True
    return asked


def words(value: str) -> list[str]:
    """The parts of a comma separated option."""
    return [word.strip() for word in value.split(',') if word.strip()]


def something(value: str) -> str:
    """What a list is narrowed by.

    Nothing, such as a variable of a script that is not set, would widen it,
    and more would be stopped or deleted than was meant.

    :raises: ArgumentTypeError for nothing
    """
    if not value.strip():
        raise argparse.ArgumentTypeError(_('it must not be empty'))
    return value


def some_words(value: str) -> list[str]:
    """The parts, at least one, of a comma separated option.

    :raises: ArgumentTypeError for none
    """
    found = words(value)
    if not found:
        raise argparse.ArgumentTypeError(_('it must not be empty'))
    return found


def _sort(keys: Sequence[str], value: str) -> dict[str, str]:
    key, _colon, direction = value.partition(':')
    if key and key not in keys:
        raise argparse.ArgumentTypeError(
            _('nothing is sorted by %(key)s; by %(keys)s')
            % {'key': key, 'keys': ', '.join(keys)}
        )
    if not key or direction not in ('', *_DIRECTIONS):
        raise argparse.ArgumentTypeError(
            _('%s is not <key> or <key>:asc or <key>:desc') % value
        )
    asked = {'sort_key': key}
    if direction:
        asked['sort_dir'] = direction
    return asked
