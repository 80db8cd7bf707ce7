"""Which desktops a command is about: names, options, or all of them."""

import argparse
import dataclasses
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import filters
from clouddesk.osc import find
from clouddesk.osc.i18n import _


@dataclasses.dataclass
class Choice:
    """What was chosen: desktops, or else what a list is filtered by."""

    found: list[Any]
    filters: dict[str, Any] | None = None

    @property
    def ids(self) -> list[str]:
        return [desktop.id for desktop in self.found]

    @property
    def names(self) -> list[str]:
        return [desktop.name for desktop in self.found]

    @property
    def one(self) -> str | None:
        """The id, when exactly one desktop was named."""
        return self.found[0].id if len(self.found) == 1 else None

    @property
    def wanted(self) -> list[str] | dict[str, Any]:
        """As the verbs of the SDK take it."""
        return self.ids if self.filters is None else self.filters


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add names, what else desktops can be chosen by, and ``--all``."""
    parser.add_argument(
        'desktop',
        metavar='<desktop>',
        nargs='*',
        help=_('Desktop(s) (name or ID)'),
    )
    filters.add_options(parser)
    parser.add_argument(
        '--all',
        action='store_true',
        help=_('All desktops of the project'),
    )


def of(
    parsed_args: argparse.Namespace, client: Any, connection: Any
) -> Choice:
    """What was chosen.

    :raises: CommandError when nothing was, or names and options both
    """
    narrowed = filters.given(parsed_args, client, connection)
    ways = (parsed_args.desktop, narrowed, parsed_args.all)
    if sum(map(bool, ways)) != 1:
        raise osc_exceptions.CommandError(
            _('Give names, or options such as --status, or --all.')
        )
    if parsed_args.desktop:
        return Choice(find.desktops(client, parsed_args.desktop))
    return Choice([], narrowed)


def fixed(choice: Choice, client: Any) -> Choice:
    """The desktops that are chosen just now.

    So that what a person was asked about is what is done.

    :raises: CommandError when there are none
    """
    if choice.filters is None:
        return choice
    found = list(client.desktops(sort_key='name', **choice.filters))
    if not found:
        raise osc_exceptions.CommandError(_('No desktop is like that.'))
    return Choice(found)
