"""``openstack desktop image delete|retire|restore``"""

import argparse
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import columns
from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc import questions
from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import rows

_HEADINGS = ('ID', 'Name', 'Status', 'Fault', 'Work Order ID')
_RESTORED = {'id': 'ID', 'name': 'Name', 'status': 'Status'}


def _add_images_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'image', metavar='<image>', nargs='+', help=_('Image(s) (name or ID)')
    )


class _Going(command.Lister):
    """Order something for images; several make one work order."""

    #: The verb of the SDK; that for several ends in ``images``.
    verb = ''

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_images_argument(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Order it, and wait for it if wanted."""
        images = self.named(parsed_args.image)
        self.check(images, parsed_args)
        order = self._order([image.id for image in images])
        told = command.refusals(order)
        for line in told:
            self.hint(line)
        if told:
            self.exit_code = 1
        if parsed_args.wait:
            order = self.wait(order)
        return _HEADINGS, [_row(order, item) for item in order.work_items]

    def named(self, names: list[str]) -> list[Any]:
        """The images; CommandError when there is none of a name."""
        return find.images(self.client, names)

    def check(
        self, images: list[Any], parsed_args: argparse.Namespace
    ) -> None:
        """Stop here if it must not be done."""

    def _order(self, ids: list[str]) -> Any:
        if len(ids) == 1:
            options = self.options()
            return getattr(self.client, self.verb + '_image')(*ids, **options)
        return getattr(self.client, self.verb + '_images')(ids)

    def options(self) -> dict[str, Any]:
        """What else the verb for one takes."""
        return {}


class DeleteImage(_Going):
    _description = _(
        'Delete images that nothing refers to. What refers to one is told.'
    )
    verb = 'delete'

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        questions.add_yes_option(parser)
        return parser

    def named(self, names: list[str]) -> list[Any]:
        """Of several, one that is not there keeps the others."""
        try:
            return super().named(names)
        except osc_exceptions.CommandError as error:
            if len(names) == 1:
                raise
            nothing = _('Nothing was deleted.')
            raise osc_exceptions.CommandError(
                '%s\n%s' % (error, nothing)
            ) from error

    def check(
        self, images: list[Any], parsed_args: argparse.Namespace
    ) -> None:
        """Ask a person (S5)."""
        names = ', '.join(text.one_line(each.name or '') for each in images)
        question = _('Delete for ever: %s?') % names
        questions.confirm(question, parsed_args.yes)

    def options(self) -> dict[str, Any]:
        """One that is gone already is told."""
        return {'ignore_missing': False}


class RetireImage(_Going):
    _description = _(
        'Retire images: nothing new is made of them, not even a desktop anew, '
        'and each is deleted when nothing refers to it any more'
    )
    verb = 'retire'


class RestoreImage(command.Lister):
    _description = _('Take retired images back into use')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_images_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Restore one after the other."""
        images = find.images(self.client, parsed_args.image)
        restored = [self.client.restore_image(each.id) for each in images]
        return rows.of_list(restored, _RESTORED, {})


def _row(order: Any, item: dict[str, Any]) -> tuple[Any, ...]:
    return (
        item['image_id'],
        item['name'],
        item['status'],
        columns.Fault(item.get('fault')),
        order.id,
    )
