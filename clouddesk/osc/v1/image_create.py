"""``openstack desktop image create|import|save``"""

import argparse
import sys
from typing import Any
from typing import BinaryIO

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import command
from clouddesk.osc import files
from clouddesk.osc import find
from clouddesk.osc import image_filling
from clouddesk.osc import image_options
from clouddesk.osc import image_transfer
from clouddesk.osc import image_volume
from clouddesk.osc import tags
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import image as image_commands
from clouddesk.osc.v1 import rows

_DIRECT = 'glance-direct'
_DOWNLOAD = 'web-download'

#: Algorithms of checksums, by the number of their digits.
_ALGORITHMS = {32: 'md5', 64: 'sha256', 96: 'sha384', 128: 'sha512'}


class _Filling(command.ShowOne):
    """What the commands that fill an image have in common."""

    def transfer(self) -> image_transfer.Transfer:
        """Glance, for the bytes."""
        return image_transfer.Transfer(self.app)

    def filled(
        self,
        parsed_args: argparse.Namespace,
        image_id: str,
        source: BinaryIO,
        size: int,
    ) -> Any:
        """Send a file, by way of an import or without."""
        transfer = self.transfer()
        if _is_import(parsed_args):
            image_filling.stage(self.client, transfer, image_id, source, size)
            return self.followed(image_id)
        return image_filling.upload(
            self.client, transfer, image_id, source, size, parsed_args.store
        )

    def followed(self, image_id: str) -> Any:
        """Wait until an import has ended."""
        quiet = self.app.options.verbose_level == 0
        return image_filling.follow(self.client, image_id, quiet)

    def shown(
        self, parsed_args: argparse.Namespace, image_id: str
    ) -> rows.Table:
        """The image as it is now."""
        return rows.of_one(
            self.client.patient().get_image(image_id),
            image_commands.SHOWN,
            image_commands.formatters(parsed_args),
        )


class CreateImage(_Filling):
    _description = _(
        'Create an image from a file, a volume or an address; from nothing, '
        'it waits for "image import"'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'name', metavar='<name>', help=_('Name of the image')
        )
        _add_sources(parser)
        parser.add_argument(
            '--volume',
            metavar='<volume>',
            help=_('Make it from this volume (name or ID)'),
        )
        parser.add_argument(
            '--force',
            action='store_true',
            help=_('Also when the volume is in use'),
        )
        parser.add_argument(
            '--id', metavar='<id>', help=_('ID that it shall have')
        )
        parser.add_argument(
            '--project',
            metavar='<project>',
            help=_('Whose it shall be (name or ID; admins only)'),
        )
        image_options.add_options(parser)
        image_options.add_audience_options(parser)
        image_options.add_hidden_options(parser)
        tags.add_option(parser)
        image_commands.add_human_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Make the image, and fill it."""
        _require_one_source(parsed_args)
        attrs = image_options.given(parsed_args)
        if parsed_args.tags:
            attrs['tags'] = sorted(set(parsed_args.tags))
        if parsed_args.id:
            attrs['id'] = parsed_args.id
        if parsed_args.project:
            attrs['owner'] = find.project(self.connection, parsed_args.project)
        return self.shown(parsed_args, self._made(parsed_args, attrs))

    def _made(
        self, parsed_args: argparse.Namespace, attrs: dict[str, Any]
    ) -> str:
        """:returns: the id of the image"""
        if parsed_args.file:
            return self._from_file(parsed_args, attrs)
        if parsed_args.volume:
            return self._from_volume(parsed_args, attrs)
        if parsed_args.uri:
            return self._from_address(parsed_args, attrs)
        image_id: str = self.client.create_image(**attrs).id
        self.hint(
            _(
                'It waits for its bytes. Bring them with:\n'
                '    openstack desktop image import %s --file <file>'
            )
            % image_id
        )
        return image_id

    def _from_file(
        self, parsed_args: argparse.Namespace, attrs: dict[str, Any]
    ) -> str:
        with image_transfer.opened(parsed_args.file) as (source, size):
            attrs['disk_format'] = _format_of(parsed_args, source)
            made = self.client.create_image(**attrs, size=size)
            with image_filling.undone(self.transfer(), made.id):
                self.filled(parsed_args, made.id, source, size)
                image_filling.check(self.client, made.id)
        return str(made.id)

    def _from_address(
        self, parsed_args: argparse.Namespace, attrs: dict[str, Any]
    ) -> str:
        source = {'method': _DOWNLOAD, 'uri': parsed_args.uri}
        made = self.client.create_image(**attrs, source=source)
        with image_filling.undone(self.transfer(), made.id):
            self.followed(made.id)
            image_filling.check(self.client, made.id)
        return str(made.id)

    def _from_volume(
        self, parsed_args: argparse.Namespace, attrs: dict[str, Any]
    ) -> str:
        image_id = image_volume.begin(
            self.connection, parsed_args.volume, attrs, parsed_args.force
        )
        with image_filling.undone(self.transfer(), image_id):
            self.followed(image_id)
            rest = image_volume.rest(attrs)
            if rest:
                self.client.patient().update_image(image_id, **rest)
            image_filling.check(self.client, image_id)
        return image_id


class ImportImage(_Filling):
    _description = _('Fill an image that waits for its bytes')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        image_commands.add_image_argument(parser)
        _add_sources(parser)
        parser.add_argument(
            '--disk-format',
            metavar='<disk-format>',
            help=_('Format of the disk; of a file it is found out'),
        )
        image_commands.add_human_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Fill the image."""
        _require_one_source(parsed_args)
        found = image_commands.image(self.client, parsed_args.image)
        if parsed_args.file:
            self._from_file(parsed_args, found)
        elif parsed_args.uri:
            self._set_format(found, parsed_args.disk_format)
            self._imported(found, _DOWNLOAD, parsed_args.uri)
        elif found.status == 'uploading':
            # Somebody was stopped after the last byte.
            self._imported(found, _DIRECT)
        else:
            raise osc_exceptions.CommandError(_('Give --file or --uri.'))
        return self.shown(parsed_args, found.id)

    def _from_file(self, parsed_args: argparse.Namespace, found: Any) -> None:
        parsed_args.disk_format = parsed_args.disk_format or found.disk_format
        parsed_args.container_format = found.container_format
        with image_transfer.opened(parsed_args.file) as (source, size):
            self._set_format(found, _format_of(parsed_args, source))
            with image_filling.left_waiting(self.client, found):
                self.filled(parsed_args, found.id, source, size)
                image_filling.check(self.client, found.id)

    def _imported(
        self, found: Any, method: str, uri: str | None = None
    ) -> None:
        with image_filling.left_waiting(self.client, found):
            self.client.import_image(found.id, method, uri)
            self.followed(found.id)
            image_filling.check(self.client, found.id)

    def _set_format(self, found: Any, disk_format: str | None) -> None:
        if disk_format and disk_format != found.disk_format:
            self.client.update_image(found.id, disk_format=disk_format)


class SaveImage(command.Command):
    _description = _('Write the bytes of an image to a file')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        image_commands.add_image_argument(parser)
        parser.add_argument(
            '--file',
            metavar='<file>',
            help=_('Where to; default: the standard output'),
        )
        parser.add_argument(
            '--chunk-size', metavar='<bytes>', help=argparse.SUPPRESS
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Fetch the bytes; their checksum is compared."""
        found = image_commands.image(self.client, parsed_args.image)
        if not found.size:
            raise osc_exceptions.CommandError(
                _('Image %(name)s is %(status)s and has no bytes of its own.')
                % {'name': found.name, 'status': found.status}
            )
        if parsed_args.file is None and sys.stdout.isatty():
            raise osc_exceptions.CommandError(
                _('A terminal is no place for it; give --file.')
            )
        transfer = image_transfer.Transfer(self.app)
        with files.written(parsed_args.file) as output:
            for piece in transfer.pieces(found.id):
                output.write(piece)


def _add_sources(parser: argparse.ArgumentParser) -> None:
    """Add where the bytes come from; old names of options still do."""
    parser.add_argument('--file', metavar='<file>', help=_('Upload this file'))
    parser.add_argument(
        '--uri',
        '--location',
        '--copy-from',
        metavar='<uri>',
        help=_('Let Glance fetch it from this address'),
    )
    parser.add_argument(
        '--import-method',
        choices=(_DIRECT, _DOWNLOAD),
        help=_('How Glance takes it; an address is downloaded anyway'),
    )
    parser.add_argument(
        '--import',
        dest='use_import',
        action='store_true',
        help=_('Let Glance import the file, and convert it if it does so'),
    )
    parser.add_argument(
        '--store',
        metavar='<store>',
        help=_('Store of Glance that an upload goes to'),
    )
    parser.add_argument(
        '--checksum',
        metavar='[<algorithm>:]<digits>',
        help=_('Refuse the file when it has another checksum'),
    )
    parser.add_argument(
        '--size',
        metavar='<bytes>',
        help=_('Not needed: the bytes of the file are counted'),
    )
    parser.add_argument(
        '--progress',
        action='store_true',
        help=_('Not needed: terminals show how far it is'),
    )


def _is_import(parsed_args: argparse.Namespace) -> bool:
    return parsed_args.use_import or parsed_args.import_method == _DIRECT


def _require_one_source(parsed_args: argparse.Namespace) -> None:
    """
    :raises: CommandError when options contradict each other
    """
    volume = getattr(parsed_args, 'volume', None)
    given = [parsed_args.file, parsed_args.uri, volume]
    if len([each for each in given if each is not None]) > 1:
        raise osc_exceptions.CommandError(
            _('Give one of --file, --uri and --volume.')
        )
    if parsed_args.import_method == _DOWNLOAD and not parsed_args.uri:
        raise osc_exceptions.CommandError(_('web-download needs --uri.'))
    needs_file = _is_import(parsed_args) or parsed_args.checksum
    if needs_file and not parsed_args.file and any(given):
        raise osc_exceptions.CommandError(
            _('--import and --checksum are about a file.')
        )


def _format_of(parsed_args: argparse.Namespace, source: BinaryIO) -> str:
    """The format of the file, which is the one that was meant.

    :raises: CommandError when it is another, or dangerous
    """
    found = image_filling.inspected(
        parsed_args.file,
        source,
        parsed_args.disk_format,
        parsed_args.container_format,
    )
    if parsed_args.checksum:
        _require_checksum(parsed_args.checksum, source)
    return found


def _require_checksum(told: str, source: BinaryIO) -> None:
    algorithm, _colon, digits = told.rpartition(':')
    algorithm = algorithm or _ALGORITHMS.get(len(digits), _('unknown'))
    digest = image_transfer.file_digest(source, algorithm.lower())
    if digest != digits.lower():
        raise osc_exceptions.CommandError(
            _(
                'The file has %(algorithm)s %(digest)s, not %(told)s. '
                'Nothing was made.'
            )
            % {'algorithm': algorithm, 'digest': digest, 'told': digits}
        )
