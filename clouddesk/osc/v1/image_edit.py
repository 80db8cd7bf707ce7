"""``openstack desktop image set|unset``"""

import argparse
from collections.abc import Iterable
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc import image_options
from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import image as image_commands

#: What an image need not have, by what Glance calls it.
_LACKING = {
    'architecture': 'architecture',
    'clouddesk_max_ram': 'max_ram',
    'clouddesk_min_vcpus': 'min_vcpus',
    'max_ram': 'max_ram',
    'min_vcpus': 'min_vcpus',
    'os_distro': 'os_distro',
    'os_type': 'os_type',
    'os_version': 'os_version',
}


class SetImage(command.Command):
    _description = _('Edit an image')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        image_commands.add_image_argument(parser)
        parser.add_argument('--name', metavar='<name>', help=_('New name'))
        parser.add_argument(
            '--project',
            metavar='<project>',
            help=_('Whose it shall be (name or ID; admins only)'),
        )
        image_options.add_options(parser)
        image_options.add_audience_options(parser)
        image_options.add_hidden_options(parser)
        parser.add_argument(
            '--tag',
            metavar='<tag>',
            dest='tags',
            action='append',
            help=_('Tag to give it (repeat for several)'),
        )
        parser.add_argument(
            '--data-image',
            metavar='<image>',
            dest='data_images',
            action='append',
            help=_(
                'Image of a further disk of a whole machine (name or ID; '
                'repeat for several; an empty one is none)'
            ),
        )
        group = parser.add_mutually_exclusive_group()
        group.add_argument(
            '--activate',
            action='store_true',
            help=_('Let it be used again'),
        )
        group.add_argument(
            '--deactivate',
            action='store_true',
            help=_('Let nobody make anything of it'),
        )
        _add_answers(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change what was given."""
        attrs = image_options.given(parsed_args)
        if parsed_args.project:
            attrs['owner'] = find.project(self.connection, parsed_args.project)
        if parsed_args.data_images is not None:
            names = list(filter(None, parsed_args.data_images))
            attrs['data_images'] = [
                each.id for each in find.images(self.client, names)
            ]
        acted = (
            parsed_args.activate
            or parsed_args.deactivate
            or parsed_args.answer
        )
        if not (attrs or parsed_args.tags or acted):
            raise osc_exceptions.CommandError(_('Give what shall change.'))
        found = self._found(parsed_args)
        if parsed_args.tags:
            attrs['tags'] = sorted({*(found.tags or ()), *parsed_args.tags})
        if parsed_args.activate:
            self.client.activate_image(found.id)
        if parsed_args.deactivate:
            self.client.deactivate_image(found.id)
        if parsed_args.answer:
            self.client.respond_to_image(found.id, parsed_args.answer)
        if attrs:
            self.client.update_image(found.id, **attrs)

    def _found(self, parsed_args: argparse.Namespace) -> Any:
        """The image; what is not accepted is in no list but its own."""
        name = parsed_args.image
        if parsed_args.answer:
            theirs = find.shared_image(self.client, self.connection, name)
            if theirs is not None:
                return theirs
        return image_commands.image(self.client, name)


class UnsetImage(command.Command):
    _description = _('Take tags and properties from an image')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        image_commands.add_image_argument(parser)
        parser.add_argument(
            '--tag',
            metavar='<tag>',
            dest='tags',
            action='append',
            default=[],
            help=_('Tag to take away (repeat for several)'),
        )
        parser.add_argument(
            '--property',
            metavar='<key>',
            dest='properties',
            action='append',
            default=[],
            help=_(
                'Property to take away, also one such as os_distro or max_ram '
                '(repeat for several)'
            ),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Take away what is there, and tell what was not."""
        tags, names = set(parsed_args.tags), set(parsed_args.properties)
        if not tags and not names:
            raise osc_exceptions.CommandError(_('Give what shall change.'))
        found = image_commands.image(self.client, parsed_args.image)
        missing = tags - set(found.tags or ())
        attrs: dict[str, Any] = {}
        if tags - missing:
            attrs['tags'] = sorted(set(found.tags) - tags)
        present = _present(found, names)
        attrs |= _without(present)
        missing |= names - present
        if attrs:
            self.client.update_image(found.id, **attrs)
        if missing:
            raise osc_exceptions.CommandError(
                _('The image has no %s.')
                % ', '.join(text.one_line(each) for each in sorted(missing))
            )


def _add_answers(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    for option, answer, help_ in (
        ('--accept', 'accepted', _('Accept what another project shares')),
        ('--reject', 'rejected', _('Reject what another project shares')),
        ('--pending', 'pending', _('Neither accept nor reject it')),
    ):
        group.add_argument(
            option,
            action='store_const',
            const=answer,
            dest='answer',
            help=help_,
        )


def _present(found: Any, names: Iterable[str]) -> set[str]:
    """Those of the properties that the image has."""
    return {
        name
        for name in names
        if name in (found.properties or {})
        or (name in _LACKING and getattr(found, _LACKING[name]) is not None)
        or (name == 'description' and found.note)
    }


def _without(names: Iterable[str]) -> dict[str, Any]:
    """What makes an image lose these properties."""
    attrs: dict[str, Any] = {}
    for name in names:
        if name in _LACKING:
            attrs[_LACKING[name]] = None
        elif name == 'description':
            attrs['note'] = ''
        else:
            attrs.setdefault('properties', {})[name] = None
    return attrs
