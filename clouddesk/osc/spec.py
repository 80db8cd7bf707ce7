"""Options that say what a desktop is made of."""

import argparse
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import files
from clouddesk.osc import find
from clouddesk.osc import listing
from clouddesk.osc import login
from clouddesk.osc.i18n import _

#: Options that the API takes as they are.
_PLAIN = (
    'note',
    'availability_zone',
    'name_template',
    'remote_protocols',
    'components',
    'keep_running',
)

#: What is shown of it, in this order.
SHOWN = (
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
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add template, image, flavor, network and the rest."""
    parser.add_argument(
        '--template',
        metavar='<template>',
        help=_('Template (name or ID) that says all of this'),
    )
    parser.add_argument(
        '--name-template',
        metavar='<template>',
        help=_('How the desktops of a batch are named'),
    )
    add_own_options(parser, required=False)


def add_own_options(
    parser: argparse.ArgumentParser, required: bool = True
) -> None:
    """Add image, flavor, network and the rest.

    :param required: whether image and flavor must be given
    """
    parser.add_argument(
        '--image',
        metavar='<image>',
        required=required,
        help=_('Image to boot from (name or ID)'),
    )
    parser.add_argument(
        '--flavor',
        metavar='<flavor>',
        required=required,
        help=_('Flavor (name or ID)'),
    )
    parser.add_argument(
        '--network',
        metavar='<network>',
        help=_(
            'Network (name or ID); when absent, the one with most free '
            'addresses'
        ),
    )
    parser.add_argument(
        '--boot-from-volume',
        metavar='<size>',
        type=whole_number,
        help=_(
            'Boot from a volume of this size, in GiB; 0 takes the smallest '
            'that image and flavor allow'
        ),
    )
    _add_plain_options(parser)
    _add_reach_options(parser)
    login.add_options(parser)
    _add_first_boot_options(parser)


def attributes(
    parsed_args: argparse.Namespace, connection: Any
) -> dict[str, Any]:
    """What the options ask of the API, names turned into ids."""
    attrs = _references(parsed_args, connection)
    if parsed_args.data_images is not None:
        attrs['data_images'] = [
            find.image(connection, name)
            for name in parsed_args.data_images
            if name
        ]
    if login.is_given(parsed_args):
        attrs['login'] = login.attributes(parsed_args)
    if parsed_args.user_data:
        attrs['user_data'] = files.text(parsed_args.user_data)
    if parsed_args.boot_from_volume is not None:
        attrs['boot_from'] = 'volume'
    if parsed_args.boot_from_volume:
        attrs['volume_size'] = parsed_args.boot_from_volume
    for name in _PLAIN:
        value = getattr(parsed_args, name, None)
        if value is not None:
            attrs[name] = value
    return attrs


def of_template(
    parsed_args: argparse.Namespace, client: Any
) -> dict[str, str]:
    """The template that was given instead of image and flavor.

    :raises: CommandError when neither is there
    """
    if parsed_args.template:
        found = find.template(client, parsed_args.template)
        return {'template_id': found.id}
    if not parsed_args.image or not parsed_args.flavor:
        raise osc_exceptions.CommandError(
            _('Give --image and --flavor, or --template.')
        )
    return {}


def _references(
    parsed_args: argparse.Namespace, connection: Any
) -> dict[str, Any]:
    """Ids of what was named."""
    wanted = (
        ('image_id', find.image, parsed_args.image),
        ('flavor_id', find.flavor, parsed_args.flavor),
        ('network_id', find.network, parsed_args.network),
        ('floating_network_id', find.network, parsed_args.floating_network),
    )
    return {
        key: of_name(connection, name) for key, of_name, name in wanted if name
    }


def whole_number(value: str) -> int:
    """A whole number from 0.

    :raises: ArgumentTypeError for anything else
    """
    if not value.isdecimal():
        raise argparse.ArgumentTypeError(
            _('%s is not a whole number from 0') % value
        )
    return int(value)


def _add_plain_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--data-image',
        metavar='<image>',
        dest='data_images',
        action='append',
        help=_(
            'Image of a further disk (name or ID; repeat for several); an '
            'empty one leaves out those of a whole machine'
        ),
    )
    parser.add_argument(
        '--note', metavar='<note>', help=_('A remark for people')
    )
    parser.add_argument(
        '--availability-zone',
        metavar='<zone>',
        help=_('Availability zone'),
    )
    parser.add_argument(
        '--keep-running',
        action=argparse.BooleanOptionalAction,
        help=_('Start it again when it shuts down by itself'),
    )


def _add_reach_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--floating-network',
        metavar='<network>',
        help=_(
            'External network (name or ID) to take a floating IP from for '
            'each desktop'
        ),
    )
    parser.add_argument(
        '--remote-access',
        metavar='<protocol>[,<protocol>...]',
        dest='remote_protocols',
        type=listing.words,
        help=_('Let these in from outside: rdp, ssh, vnc'),
    )


def _add_first_boot_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--component',
        metavar='<component>',
        dest='components',
        action='append',
        help=_(
            'What the cloud offers to set up at the first boot (repeat for '
            'several)'
        ),
    )
    parser.add_argument(
        '--user-data',
        metavar='<file>',
        help=_('File with what to run at the first boot'),
    )
