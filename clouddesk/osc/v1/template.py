"""``openstack desktop template create|list|show|set|delete``"""

import argparse
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import columns
from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc import listing
from clouddesk.osc import questions
from clouddesk.osc import spec
from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import preview
from clouddesk.osc.v1 import rows

_FORMATTERS = {
    'components': columns.Words,
    'data_images': columns.Words,
    'disk': columns.Gibibytes,
    'ram': columns.Mebibytes,
    'remote_protocols': columns.Words,
    'volume_size': columns.Gibibytes,
}

_SHOWN = (
    'id',
    'name',
    'note',
    'region',
    'visibility',
    'department',
    'revision',
    *spec.SHOWN,
    'project_id',
    'user_id',
    'created_at',
    'updated_at',
)

_LISTED = {
    'id': 'ID',
    'name': 'Name',
    'revision': 'Revision',
    'visibility': 'Visibility',
}
_LISTED_LONG = _LISTED | {
    'department': 'Department',
    'note': 'Note',
    'image_id': 'Image ID',
    'flavor_id': 'Flavor ID',
    'network_id': 'Network ID',
    'boot_from': 'Boot From',
    'project_id': 'Project ID',
    'updated_at': 'Updated At',
}

_REVISION = {
    'revision': 'Revision',
    'image_id': 'Image ID',
    'flavor_id': 'Flavor ID',
    'network_id': 'Network ID',
    'boot_from': 'Boot From',
    'volume_size': 'Volume Size',
    'user_id': 'User ID',
    'created_at': 'Created At',
}

_SORT_KEYS = ('created_at', 'updated_at', 'name', 'revision', 'id')


class CreateTemplate(command.ShowSome):
    _description = _('Create a template that desktops are made from')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'name', metavar='<name>', help=_('Name of the template')
        )
        spec.add_own_options(parser)
        _add_audience_options(parser)
        preview.add_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Make the template."""
        attrs = spec.attributes(parsed_args, self.connection)
        attrs |= {'name': parsed_args.name} | _audience(parsed_args)
        if parsed_args.dry_run:
            return preview.shown(self, self.client.preview_template(**attrs))
        return _shown(self.client.create_template(**attrs))


class ListTemplate(command.Lister):
    _description = _('List the templates that can be used')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--name', metavar='<name>', help=_('Only this exact name')
        )
        parser.add_argument(
            '--visibility',
            choices=('exclusive', 'shared'),
            help=_('Only those that are offered so'),
        )
        parser.add_argument(
            '--department',
            metavar='<tag>',
            help=_('Only those that are offered to this department'),
        )
        listing.add_options(parser, _SORT_KEYS, default='name')
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the templates."""
        asked = listing.query(parsed_args, self.connection)
        templates = self.client.templates(
            name=parsed_args.name,
            visibility=parsed_args.visibility,
            department=parsed_args.department,
            **asked,
        )
        listed = _LISTED_LONG if parsed_args.long else _LISTED
        return rows.of_list(templates, listed, _FORMATTERS)


class ShowTemplate(command.ShowOne):
    _description = _('Show a template')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_template_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Find the template."""
        return _shown(find.template(self.client, parsed_args.template))


class SetTemplate(command.ShowOne):
    _description = _(
        'Edit a template; desktops change when they are made again'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_template_argument(parser)
        parser.add_argument('--name', metavar='<name>', help=_('New name'))
        parser.add_argument(
            '--revision',
            metavar='<number>',
            type=spec.whole_number,
            help=_('Refuse when the template has another revision by now'),
        )
        spec.add_own_options(parser, required=False)
        _add_audience_options(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Change what was given."""
        attrs = spec.attributes(parsed_args, self.connection)
        attrs |= _audience(parsed_args)
        for key in ('name', 'revision'):
            if getattr(parsed_args, key) is not None:
                attrs[key] = getattr(parsed_args, key)
        if not set(attrs) - {'revision'}:
            raise osc_exceptions.CommandError(_('Give what shall change.'))
        template = find.template(self.client, parsed_args.template)
        return _shown(self.client.update_template(template.id, **attrs))


class ListRevision(command.Lister):
    _description = _('List what a template was')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_template_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the revisions."""
        template = find.template(self.client, parsed_args.template)
        found = self.client.template_revisions(template.id)
        return tuple(_REVISION.values()), [
            tuple(revision[key] for key in _REVISION) for revision in found
        ]


class DeleteTemplate(command.Command):
    _description = _('Delete templates that nobody uses')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'template',
            metavar='<template>',
            nargs='+',
            help=_('Template(s) (name or ID)'),
        )
        questions.add_yes_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Remove them; there is no way back."""
        templates = find.templates(self.client, parsed_args.template)
        names = ', '.join(text.one_line(each.name) for each in templates)
        question = _('Delete for ever: %s?') % names
        questions.confirm(question, parsed_args.yes)
        for template in templates:
            self.client.delete_template(template.id, ignore_missing=False)


def _add_template_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'template', metavar='<template>', help=_('Template (name or ID)')
    )


def _add_audience_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        '--shared',
        action='store_true',
        help=_('Offer it to every project of the region'),
    )
    group.add_argument(
        '--exclusive',
        action='store_true',
        help=_('Keep it for the own project'),
    )
    group.add_argument(
        '--department',
        metavar='<tag>',
        help=_(
            'Offer it to the projects that carry this tag in Keystone, or '
            'whose domain does'
        ),
    )


def _audience(parsed_args: argparse.Namespace) -> dict[str, Any]:
    if parsed_args.shared:
        return {'visibility': 'shared', 'department': None}
    if parsed_args.exclusive:
        return {'visibility': 'exclusive', 'department': None}
    if parsed_args.department is not None:
        return {
            'visibility': 'exclusive',
            'department': parsed_args.department,
        }
    return {}


def _shown(template: Any) -> rows.Table:
    return rows.of_one(template, _SHOWN, _FORMATTERS)
