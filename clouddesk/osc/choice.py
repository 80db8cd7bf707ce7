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
    """What was chosen: ids, or else what a list is filtered by."""

    ids: list[str]
    filters: dict[str, Any] | None = None

    @property
    def one(self) -> str | None:
        """The id, when exactly one desktop was named."""
        return self.ids[0] if len(self.ids) == 1 else None

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
        found = find.desktops(client, parsed_args.desktop)
        return Choice([desktop.id for desktop in found])
    return Choice([], narrowed)


def fixed(choice: Choice, client: Any) -> tuple[Choice, list[str]]:
    """The same desktops by their ids, and their names.

    So that what a person was asked about is what is done.

    :raises: CommandError when there are none
    """
    if choice.filters is None:
        found = [client.get_desktop(id_) for id_ in choice.ids]
    else:
        found = list(client.desktops(sort_key='name', **choice.filters))
    if not found:
        raise osc_exceptions.CommandError(_('No desktop is like that.'))
    ids = [desktop.id for desktop in found]
    return Choice(ids), [desktop.name for desktop in found]
