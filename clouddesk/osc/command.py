"""What every command of the plugin does alike."""

import argparse
from collections.abc import Iterable
from collections.abc import Sequence
import itertools
import sys
from typing import Any

from osc_lib import exceptions as osc_exceptions
from osc_lib.command import command

from clouddesk.osc import columns
from clouddesk.osc import errors
from clouddesk.osc import progress
from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.i18n import ngettext

#: What a shell answers for a program that Ctrl-C ended.
INTERRUPTED = 130
#: Formats that spell control characters out by themselves, without loss.
_ESCAPING_FORMATS = ('json', 'yaml')
#: Where nothing is shown as nothing.
_FOR_PEOPLE = 'table'
#: Seconds between two looks at a work order.
_INTERVAL = 1


class Left(Exception):
    """Ctrl-C while waiting: the order goes on without us."""


class Command(command.Command):
    """Clean errors, an exit code, and waiting for work orders."""

    #: What the shell gets when the command printed its output.
    exit_code = 0

    @property
    def client(self) -> Any:
        """The proxy of the desktop service."""
        manager: Any = self.app.client_manager
        return manager.desktop

    @property
    def connection(self) -> Any:
        """The openstacksdk connection, for names of other services."""
        return self.app.client_manager.sdk_connection

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command; every error of the API becomes one line."""
        self._hints: list[str] = []
        try:
            return super().run(parsed_args) or self.exit_code
        except errors.RAISED as error:
            raise errors.command_error(error) from error
        except Left as left:
            self.hint(str(left))
            return INTERRUPTED
        finally:
            for message in self._hints:
                print(text.clean(message), file=sys.stderr)

    def hint(self, message: str) -> None:
        """Say something beside the output, below it."""
        self._hints.append(message)

    def wait(self, order: Any) -> Any:
        """Show the progress of a work order until it has ended.

        :returns: the finished order; what failed was told, and the exit
            code is set
        :raises: CommandError when the order was cancelled; Left on Ctrl-C
        """
        order = self._follow(order)
        if order.status == 'cancelled':
            raise osc_exceptions.CommandError(_cancelled(order))
        return order

    def wait_for_all(self, orders: Sequence[Any]) -> list[Any]:
        """Show the progress of one work order after the other.

        However one of them ends, the others are waited for.

        :returns: the finished orders; what failed or was cancelled was told,
            and the exit code is set
        :raises: Left on Ctrl-C
        """
        finished = [self._follow(order) for order in orders]
        for order in finished:
            if order.status == 'cancelled':
                self.exit_code = 1
                self.hint(_cancelled(order))
        return finished

    def _follow(self, order: Any) -> Any:
        quiet = self.app.options.verbose_level == 0
        shown = progress.on(sys.stderr, quiet)
        try:
            order = self.client.wait_for_work_order(
                order, interval=_INTERVAL, callback=shown, failures=()
            )
        except KeyboardInterrupt:
            raise Left(_goes_on(order)) from None
        finally:
            shown.close()
        if order.status == 'failed':
            self.exit_code = 1
            self._hints += failures(order)
        return order


class Lister(Command, command.Lister):
    """A command that prints a list."""

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Iterable[Sequence[Any]],
    ) -> int:
        """Print rows, made safe for the terminal."""
        data = _safe_rows(data, parsed_args.formatter)
        return super().produce_output(parsed_args, column_names, data)


class ShowOne(Command, command.ShowOne):
    """A command that prints one object."""

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Iterable[Any],
    ) -> int:
        """Print values, made safe for the terminal."""
        row = _safe_rows([data], parsed_args.formatter)[0]
        return super().produce_output(parsed_args, column_names, row)


class ShowSome(ShowOne):
    """A command that prints one object, or a list when it made several."""

    #: Set by the command: whether its data are rows.
    several = False

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Iterable[Any],
    ) -> int:
        """Print the object, or the rows with the same formatter."""
        if not self.several:
            return super().produce_output(parsed_args, column_names, data)
        names, selected = self._generate_columns_and_selector(
            parsed_args, column_names
        )
        rows = _safe_rows(data, parsed_args.formatter)
        if selected:
            rows = [tuple(itertools.compress(row, selected)) for row in rows]
        formatter: Any = self.formatter
        formatter.emit_list(names, rows, self.app.stdout, parsed_args)
        return 0

    def require_list_format(self) -> None:
        """Refuse a format that can only show one object.

        :raises: CommandError
        """
        if not hasattr(self.formatter, 'emit_list'):
            raise osc_exceptions.CommandError(
                _('This format shows one object only; use another.')
            )


def failures(order: Any) -> list[str]:
    """What went wrong in a failed order, and what to do; one per line."""
    lines = [
        '%s: %s' % (text.one_line(item['name']), columns.fault(item['fault']))
        for item in order.work_items or ()
        if item.get('fault') and item['status'] != 'refused'
    ]
    if not lines and order.fault:
        lines = [columns.fault(order.fault)]
    total = progress.worked_on(order.counts or {})
    message = _failed_images if progress.is_about_images(order) else _failed
    failed = (order.counts or {}).get('failed', 0)
    words = {'id': order.id, 'failed': failed, 'total': total}
    return [*lines, message(total) % words]


def _failed(total: int) -> str:
    return ngettext(
        'Work order %(id)s failed for %(failed)s of %(total)s desktop. '
        'Try again with:\n'
        '    openstack desktop work order retry %(id)s',
        'Work order %(id)s failed for %(failed)s of %(total)s desktops. '
        'Try again with:\n'
        '    openstack desktop work order retry %(id)s',
        total,
    )


def _failed_images(total: int) -> str:
    return ngettext(
        'Work order %(id)s failed for %(failed)s of %(total)s image. '
        'Try again with:\n'
        '    openstack desktop work order retry %(id)s',
        'Work order %(id)s failed for %(failed)s of %(total)s images. '
        'Try again with:\n'
        '    openstack desktop work order retry %(id)s',
        total,
    )


def refusals(order: Any) -> list[str]:
    """What an order will not do, and why; one line for each item."""
    return [
        _('Refused: %s') % columns.fault(item['fault'])
        for item in order.work_items or ()
        if item['status'] == 'refused'
    ]


def add_wait_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--wait``."""
    parser.add_argument(
        '--wait',
        action='store_true',
        help=_('Show the progress and wait until the work order has ended'),
    )


def _cancelled(order: Any) -> str:
    return _('Work order %s was cancelled.') % order.id


def _goes_on(order: Any) -> str:
    return _(
        'Work order %(id)s goes on. Follow it with:\n'
        '    openstack desktop work order show --wait %(id)s'
    ) % {'id': order.id}


def _safe_rows(
    rows: Iterable[Iterable[Any]], formatter: str
) -> list[tuple[Any, ...]]:
    return [
        tuple(_safe_value(value, formatter) for value in row) for row in rows
    ]


def _safe_value(value: Any, formatter: str) -> Any:
    if formatter in _ESCAPING_FORMATS:
        return value
    if value is None and formatter == _FOR_PEOPLE:
        return ''
    if not isinstance(value, str):
        return value
    # Where a row is a line, a text must not make another one.
    return text.clean(value, '\n\t' if formatter == _FOR_PEOPLE else '\t')
