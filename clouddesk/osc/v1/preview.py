"""What ``--dry-run`` prints."""

import argparse
from typing import Any

from clouddesk.osc import command
from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import rows

_COLUMNS = (
    'Service',
    'Resource',
    'Needed',
    'Used',
    'Limit',
    'Free',
    'Refused',
)
_AMOUNTS = ('needed', 'used', 'limit', 'free')

#: Names that are told one by one.
_MANY = 10


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--dry-run``."""
    parser.add_argument(
        '--dry-run',
        action='store_true',
        help=_(
            'Only tell what it needs and what stands against it; nothing is '
            'made'
        ),
    )


def shown(shell: command.ShowSome, preview: Any) -> rows.Table:
    """A row for each need; what is refused sets the exit code."""
    shell.several = True
    shell.require_list_format()
    for refusal in preview.refusals:
        shell.hint(text.one_line(refusal['message']))
    if preview.refusals:
        shell.exit_code = 1
    shell.hint(_verdict(preview))
    refused = {
        (refusal['service'], refusal['resource'])
        for refusal in preview.refusals
    }
    return _COLUMNS, [
        (
            service,
            resource,
            *(amounts[name] for name in _AMOUNTS),
            (service, resource) in refused,
        )
        for service, resources in preview.needs.items()
        for resource, amounts in resources.items()
    ]


def _verdict(preview: Any) -> str:
    names = [text.one_line(name) for name in preview.names]
    told = ', '.join(names[:_MANY])
    if len(names) > _MANY:
        told = _('%(names)s and %(more)s more') % {
            'names': told,
            'more': len(names) - _MANY,
        }
    if not names:
        return (
            _('This would be accepted.')
            if preview.is_accepted
            else _('This would not be accepted.')
        )
    if preview.is_accepted:
        return _('This would be accepted for: %s') % told
    return _('This would not be accepted for: %s') % told
