"""``openstack desktop event list`` and ``openstack desktop image history``"""

import argparse
from typing import Any
import uuid

from clouddesk.osc import columns
from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc import listing
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import rows

_FORMATTERS = {'details': columns.Details, 'subject': columns.Subject}

_HISTORY = {
    'created_at': 'Created At',
    'action': 'Action',
    'outcome': 'Outcome',
    'code': 'Code',
    'user_id': 'User ID',
}
_LISTED = {
    'created_at': 'Created At',
    'action': 'Action',
    'subject': 'Subject',
    'outcome': 'Outcome',
    'code': 'Code',
    'user_id': 'User ID',
}
_MORE = {
    'details': 'Details',
    'work_order_id': 'Work Order ID',
    'request_id': 'Request ID',
    'user_project_id': 'User Project ID',
    'id': 'ID',
}
_OF_PROJECT = {'project_id': 'Project ID'}

_SORT_KEYS = ('created_at',)

#: Options of both commands, and what they ask of the API.
_FILTERS = ('action', 'outcome', 'since', 'until')


class ListEvent(command.Lister):
    _description = _('List what was done, the newest first')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--subject-type',
            metavar='<type>',
            type=listing.something,
            help=_('Only what was done to such things, e.g. desktop'),
        )
        parser.add_argument(
            '--subject',
            metavar='<id>',
            type=listing.something,
            help=_('Only what was done to this (ID)'),
        )
        parser.add_argument(
            '--work-order',
            metavar='<work-order>',
            type=listing.something,
            help=_('Only what this work order did (ID)'),
        )
        parser.add_argument(
            '--request',
            metavar='<id>',
            type=listing.something,
            help=_('Only what this request did (ID)'),
        )
        _add_filters(parser)
        listing.add_options(parser, _SORT_KEYS)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the events."""
        asked = listing.query(parsed_args, self.connection)
        listed = _LISTED | _MORE if parsed_args.long else _LISTED
        if 'all_projects' in asked:
            listed = listed | _OF_PROJECT
        filters = _filters(parsed_args, self.connection) | {
            'subject_type': parsed_args.subject_type,
            'subject_id': parsed_args.subject,
            'work_order_id': parsed_args.work_order,
            'request_id': parsed_args.request,
        }
        given = {key: value for key, value in filters.items() if value}
        found = self.client.events(**given, **asked)
        formatters = dict(_FORMATTERS)
        if parsed_args.long:
            formatters['subject'] = columns.SubjectAtLength
        return rows.of_list(found, listed, formatters)


class ImageHistory(command.Lister):
    _description = _('List what was done to an image, the newest first')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'image',
            metavar='<image>',
            help=_('Image (name or ID; of one that is gone, its ID)'),
        )
        _add_filters(parser)
        listing.add_page_options(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the events."""
        listed = _HISTORY | _MORE if parsed_args.long else _HISTORY
        given = _filters(parsed_args, self.connection)
        found = self.client.image_history(
            _image_id(self.client, parsed_args.image),
            **{key: value for key, value in given.items() if value},
            **listing.page_query(parsed_args),
        )
        return rows.of_list(found, listed, _FORMATTERS)


def _image_id(client: Any, name: str) -> str:
    try:
        return str(uuid.UUID(name))
    except ValueError:
        image_id: str = find.images(client, [name])[0].id
        return image_id


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--action',
        metavar='<action>',
        type=listing.something,
        help=_('Only this action, e.g. image.retire'),
    )
    parser.add_argument(
        '--outcome',
        choices=('pending', 'success', 'failure'),
        help=_('Only what ended so; what has begun is pending'),
    )
    parser.add_argument(
        '--user',
        metavar='<user>',
        type=listing.something,
        help=_('Only what this user did (name or ID)'),
    )
    parser.add_argument(
        '--since',
        metavar='<time>',
        type=listing.something,
        help=_('Only from this time on, e.g. 2026-09-01T08:00:00Z'),
    )
    parser.add_argument(
        '--until',
        metavar='<time>',
        type=listing.something,
        help=_('Only before this time'),
    )


def _filters(
    parsed_args: argparse.Namespace, connection: Any
) -> dict[str, Any]:
    asked = {key: getattr(parsed_args, key) for key in _FILTERS}
    if parsed_args.user:
        asked['user_id'] = find.user(connection, parsed_args.user)
    return asked
