"""Options that say what an image is like, as those of ``openstack image``."""

import argparse
from typing import Any

from osc_lib.cli import parseractions

from clouddesk.osc import spec
from clouddesk.osc.i18n import _

KINDS = ('system', 'data', 'whole')
ORIGINS = ('upload', 'import', 'build', 'desktop', 'iso', 'seed')
VISIBILITIES = ('public', 'private', 'community', 'shared')

#: Options that the API takes as they are.
_PLAIN = (
    'name',
    'note',
    'kind',
    'disk_format',
    'container_format',
    'min_disk',
    'min_ram',
    'max_ram',
    'min_vcpus',
    'multiqueue',
    'architecture',
    'os_type',
    'os_distro',
    'os_version',
    'visibility',
    'protected',
    'hidden',
)

#: Options for properties, by what Glance calls those.
_PROPERTIES = {
    'instance_id': 'instance_uuid',
    'kernel_id': 'kernel_id',
    'ramdisk_id': 'ramdisk_id',
}

_TEXTS = (
    ('--note', _('Note for people')),
    ('--disk-format', _('Format of the disk, such as qcow2, raw or iso')),
    ('--container-format', _('Format of the container, such as bare')),
    ('--architecture', _('Architecture of the processor, such as x86_64')),
    ('--os-type', _('Kind of operating system, such as linux or windows')),
    ('--os-distro', _('Name of the distribution')),
    ('--os-version', _('Version of the distribution')),
    ('--instance-id', _('Server that the image was made from (ID)')),
    ('--kernel-id', _('Image of the kernel that boots it (ID)')),
    ('--ramdisk-id', _('Image of the ramdisk that boots it (ID)')),
)
_NUMBERS = (
    ('--min-disk', '<GiB>', _('Smallest root disk of a desktop')),
    ('--min-ram', '<MiB>', _('Least memory of a desktop')),
    ('--max-ram', '<MiB>', _('Most memory of a desktop')),
    ('--min-vcpus', '<number>', _('Fewest virtual CPUs of a desktop')),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add all but the name and who sees it."""
    for option, help_ in _TEXTS:
        parser.add_argument(
            option, metavar='<%s>' % option.strip('-'), help=help_
        )
    for option, metavar, help_ in _NUMBERS:
        parser.add_argument(
            option,
            metavar=metavar,
            type=spec.whole_number,
            help=help_,
        )
    parser.add_argument(
        '--kind',
        choices=KINDS,
        help=_('What is in it: a system disk, a data disk, a whole machine'),
    )
    parser.add_argument(
        '--multiqueue',
        action=argparse.BooleanOptionalAction,
        help=_('Give network cards a queue for each virtual CPU'),
    )
    parser.add_argument(
        '--property',
        dest='properties',
        metavar='<key=value>',
        action=parseractions.KeyValueAction,
        help=_('Property to set (repeat for several)'),
    )
    _add_switch(
        parser,
        'protected',
        ('--protected', _('Let nobody delete it')),
        ('--unprotected', _('Let it be deleted')),
    )


def add_visibility_options(
    parser: argparse.ArgumentParser, words: dict[str, str]
) -> None:
    """Add ``--public``, ``--private`` and the like.

    :param words: the help of each
    """
    group = parser.add_mutually_exclusive_group()
    for visibility, help_ in words.items():
        group.add_argument(
            '--' + visibility,
            action='store_const',
            const=visibility,
            dest='visibility',
            help=help_,
        )


def add_audience_options(parser: argparse.ArgumentParser) -> None:
    """Add who shall see it."""
    add_visibility_options(
        parser,
        {
            'public': _('Let all projects use it; Glance asks for a right'),
            'private': _('Let only the own project use it'),
            'community': _('Let all projects use it that know of it'),
            'shared': _('Let chosen projects use it'),
        },
    )


def add_hidden_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--hidden`` and ``--unhidden``."""
    _add_switch(
        parser,
        'hidden',
        ('--hidden', _('Leave it out of lists')),
        ('--unhidden', _('Show it in lists')),
    )


def _add_switch(
    parser: argparse.ArgumentParser,
    name: str,
    on: tuple[str, str],
    off: tuple[str, str],
) -> None:
    group = parser.add_mutually_exclusive_group()
    for (option, help_), action in ((on, True), (off, False)):
        group.add_argument(
            option,
            dest=name,
            action='store_const',
            const=action,
            help=help_,
        )


def given(parsed_args: argparse.Namespace) -> dict[str, Any]:
    """What the options say of an image."""
    attrs = {
        name: getattr(parsed_args, name, None)
        for name in _PLAIN
        if getattr(parsed_args, name, None) is not None
    }
    properties = dict(parsed_args.properties or {})
    for option, name in _PROPERTIES.items():
        value = getattr(parsed_args, option)
        if value is not None:
            properties[name] = value
    return attrs | ({'properties': properties} if properties else {})
