"""Options about tags."""

import argparse
from collections.abc import Iterable

from clouddesk.osc import listing
from clouddesk.osc.i18n import _


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--tag``."""
    parser.add_argument(
        '--tag',
        metavar='<tag>',
        dest='tags',
        action='append',
        help=_('Tag to give it (repeat for several)'),
    )


def add_set_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--tag`` and ``--no-tag``, which together replace all tags."""
    add_option(parser)
    parser.add_argument(
        '--no-tag',
        action='store_true',
        help=_('Remove all tags; with --tag, all others'),
    )


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add what lists can be narrowed by."""
    for option, attribute, help_ in (
        ('--tags', 'tags', _('Only those with all of these tags')),
        ('--any-tags', 'any_tags', _('Only those with one of these tags')),
    ):
        parser.add_argument(
            option,
            metavar='<tag>[,<tag>...]',
            dest=attribute,
            type=listing.some_words,
            help=help_,
        )


def is_given(parsed_args: argparse.Namespace) -> bool:
    """Whether tags are to be changed."""
    return parsed_args.no_tag or bool(parsed_args.tags)


def changed(
    parsed_args: argparse.Namespace, present: Iterable[str] | None
) -> list[str]:
    """The tags that it is to have."""
    kept = set() if parsed_args.no_tag else set(present or ())
    return sorted(kept | set(parsed_args.tags or ()))
