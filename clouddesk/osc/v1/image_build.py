"""``openstack desktop image build create|list|show|set|finish|…``"""

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
    'data_images': columns.Words,
    'fault': columns.Fault,
    'max_ram': columns.Mebibytes,
    'min_disk': columns.Gibibytes,
    'min_ram': columns.Mebibytes,
    'source': columns.Source,
    'volume_size': columns.Gibibytes,
}

_SHOWN = (
    'id',
    'name',
    'note',
    'status',
    'fault',
    'kind',
    'source',
    'min_disk',
    'min_ram',
    'max_ram',
    'min_vcpus',
    'desktop_id',
    'flavor_id',
    'network_id',
    'boot_from',
    'volume_size',
    'image_id',
    'data_images',
    'work_order_id',
    'activated_at',
    'project_id',
    'user_id',
    'created_at',
    'updated_at',
)

_LISTED = {
    'id': 'ID',
    'name': 'Name',
    'status': 'Status',
    'desktop_id': 'Desktop ID',
    'image_id': 'Image ID',
}
_LISTED_LONG = _LISTED | {
    'fault': 'Fault',
    'source': 'Source',
    'kind': 'Kind',
    'note': 'Note',
    'work_order_id': 'Work Order ID',
    'created_at': 'Created At',
}
_OF_PROJECT = {'project_id': 'Project ID'}

_SORT_KEYS = ('created_at', 'updated_at', 'name', 'id')

_NEEDS = {
    'min_disk': ('<gib>', _('Smallest disk of its desktops, in GiB')),
    'min_ram': ('<mib>', _('Least memory of its desktops, in MiB')),
    'max_ram': ('<mib>', _('Most memory of its desktops, in MiB')),
    'min_vcpus': ('<number>', _('Least virtual CPUs of its desktops')),
}


class CreateImageBuild(command.ShowSome):
    _description = _('Begin to build an image on a desktop of its own')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'name', metavar='<name>', help=_('Name of the image')
        )
        parser.add_argument(
            '--template',
            metavar='<template>',
            help=_('Template (name or ID) that says what to begin with'),
        )
        spec.add_own_options(parser, required=False)
        _add_needs(parser)
        preview.add_option(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Order the desktop on which the image is made."""
        attrs: dict[str, Any] = dict(
            spec.of_template(parsed_args, self.client)
        )
        attrs |= spec.attributes(parsed_args, self.connection)
        attrs |= _needs(parsed_args)
        attrs['name'] = parsed_args.name
        if parsed_args.dry_run:
            return preview.shown(
                self, self.client.preview_image_build(**attrs)
            )
        order = self.client.create_image_build(**attrs)
        return _ordered(self, order, parsed_args.wait)


class ListImageBuild(command.Lister):
    _description = _('List image builds')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--name', metavar='<name>', help=_('Only this exact name')
        )
        parser.add_argument(
            '--status',
            metavar='<status>[,<status>...]',
            type=listing.some_words,
            help=_('Only image builds in one of these states'),
        )
        listing.add_options(parser, _SORT_KEYS)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the image builds."""
        asked = listing.query(parsed_args, self.connection)
        listed = _LISTED_LONG if parsed_args.long else _LISTED
        if 'all_projects' in asked:
            listed = listed | _OF_PROJECT
        builds = self.client.image_builds(
            name=parsed_args.name, status=parsed_args.status, **asked
        )
        return rows.of_list(builds, listed, _FORMATTERS)


class ShowImageBuild(command.ShowOne):
    _description = _('Show an image build')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_build_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Find the image build."""
        return _shown(find.image_build(self.client, parsed_args.build))


class SetImageBuild(command.ShowOne):
    _description = _('Change the name or note that an image will get')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_build_argument(parser)
        _add_words(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Change what was given."""
        attrs = _words(parsed_args)
        if not attrs:
            raise osc_exceptions.CommandError(_('Give what shall change.'))
        build = find.image_build(self.client, parsed_args.build)
        return _shown(self.client.update_image_build(build.id, **attrs))


class FinishImageBuild(command.ShowOne):
    _description = _(
        'Let the disk of a builder become the image; the builder goes'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_build_argument(parser)
        _add_words(parser)
        parser.add_argument(
            '--whole',
            action=argparse.BooleanOptionalAction,
            help=_(
                'Whether the data disks that are attached to the builder '
                'become images, too; they do by themselves when it was made '
                'with some'
            ),
        )
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Order the image."""
        attrs: dict[str, Any] = _words(parsed_args)
        if parsed_args.whole is not None:
            attrs['whole'] = parsed_args.whole
        build = find.image_build(self.client, parsed_args.build)
        order = self.client.finish_image_build(build.id, **attrs)
        return _ordered(self, order, parsed_args.wait)


class CancelImageBuild(command.Command):
    _description = _('Call off what is done for image builds just now')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_builds_argument(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Call their work orders off."""
        builds = find.image_builds(self.client, parsed_args.build)
        orders = [self.client.cancel_image_build(each.id) for each in builds]
        if parsed_args.wait:
            # That they end like this is what was asked for.
            for order in orders:
                self._follow(order)


class RetryImageBuild(command.ShowOne):
    _description = _('Try again what failed for an image build')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_build_argument(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Let its work order begin again."""
        build = find.image_build(self.client, parsed_args.build)
        order = self.client.retry_image_build(build.id)
        return _ordered(self, order, parsed_args.wait)


class DeleteImageBuild(command.Command):
    _description = _(
        'Delete image builds with their builders; finished images stay'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_builds_argument(parser)
        questions.add_yes_option(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Remove them."""
        builds = find.image_builds(self.client, parsed_args.build)
        names = ', '.join(text.one_line(each.name) for each in builds)
        question = _('Delete with what was done on their desktops: %s?')
        if any(each.desktop_id for each in builds):
            questions.confirm(question % names, parsed_args.yes)
        orders = [
            self.client.delete_image_build(each.id, ignore_missing=False)
            for each in builds
        ]
        if parsed_args.wait:
            self.wait_for_all([order for order in orders if order])


class CaptureImage(command.ShowOne):
    _description = _('Make an image of a desktop that is off, and stays')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_desktop_argument(parser)
        _add_words(parser, is_needed=True)
        group = parser.add_mutually_exclusive_group()
        group.add_argument(
            '--whole',
            action='store_true',
            help=_(
                'With images of all data disks that are attached to it, '
                'which desktops of the image get, too'
            ),
        )
        group.add_argument(
            '--volume',
            metavar='<volume>',
            help=_(
                'A data disk of the desktop (name or ID); an image of it '
                'makes volumes'
            ),
        )
        _add_needs(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Order the image."""
        desktop = find.desktop(self.client, parsed_args.desktop)
        attrs: dict[str, Any] = _words(parsed_args) | _needs(parsed_args)
        if parsed_args.volume:
            attrs['volume_id'] = find.volume(
                self.connection, parsed_args.volume
            )
        if parsed_args.whole:
            attrs['whole'] = True
        order = self.client.create_desktop_image(desktop.id, **attrs)
        return _ordered(self, order, parsed_args.wait)


def _add_build_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'build', metavar='<image-build>', help=_('Image build (name or ID)')
    )


def _add_builds_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'build',
        metavar='<image-build>',
        nargs='+',
        help=_('Image build(s) (name or ID)'),
    )


def _add_words(
    parser: argparse.ArgumentParser, is_needed: bool = False
) -> None:
    parser.add_argument(
        '--name',
        metavar='<name>',
        required=is_needed,
        help=_('Name of the image'),
    )
    parser.add_argument(
        '--note', metavar='<note>', help=_('A remark for people')
    )


def _words(parsed_args: argparse.Namespace) -> dict[str, Any]:
    return {
        key: getattr(parsed_args, key)
        for key in ('name', 'note')
        if getattr(parsed_args, key) is not None
    }


def _add_needs(parser: argparse.ArgumentParser) -> None:
    for name, (unit, help_) in _NEEDS.items():
        parser.add_argument(
            '--' + name.replace('_', '-'),
            metavar=unit,
            type=spec.whole_number,
            help=help_,
        )


def _needs(parsed_args: argparse.Namespace) -> dict[str, Any]:
    return {
        key: getattr(parsed_args, key)
        for key in _NEEDS
        if getattr(parsed_args, key) is not None
    }


def _ordered(shell: command.Command, order: Any, waits: bool) -> rows.Table:
    """What became of the image build of an order."""
    if waits:
        shell.wait(order)
    return _shown(shell.client.get_image_build(order.subject['id']))


def _shown(build: Any) -> rows.Table:
    return rows.of_one(build, _SHOWN, _FORMATTERS)
