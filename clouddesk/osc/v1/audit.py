"""``openstack desktop audit``"""

import argparse
import sys
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import command
from clouddesk.osc import listing
from clouddesk.osc import questions
from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import rows

_FOUND = {
    'id': 'ID',
    'kind': 'Kind',
    'desktop_name': 'Desktop',
    'resource_id': 'Resource ID',
    'repair': 'Repair',
    'message': 'Message',
}
_REPAIRED = {
    'id': 'ID',
    'kind': 'Kind',
    'desktop_name': 'Desktop',
    'resource_id': 'Resource ID',
    'verdict': 'Verdict',
    'reason': 'Reason',
    'work_order_id': 'Work Order ID',
}
_OF_PROJECT = {'project_id': 'Project ID'}

#: Verdicts after which something is still different.
_BAD = frozenset({'refused', 'failed', 'later'})


class Audit(command.Lister):
    _description = _(
        'List what clouddesk and the cloud disagree about, or repair it: '
        'servers that vanished, things that belong to no desktop'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'difference',
            metavar='<difference>',
            nargs='*',
            help=_('Only these differences (ID)'),
        )
        parser.add_argument(
            '--repair',
            action='store_true',
            help=_('Repair them; asks before anything is deleted'),
        )
        questions.add_yes_option(parser)
        listing.add_project_options(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Look, ask, repair."""
        where = listing.project_query(parsed_args, self.connection)
        seen = self.client.differences(**where)
        self._tell_unread(seen)
        found = _chosen(seen.differences or [], parsed_args.difference)
        if not parsed_args.repair or not found:
            return self._table(found, _FOUND, where)
        self._confirm(found, parsed_args.yes)
        done = self.client.repair_differences(found, **where)
        self._tell_unread(done)
        if any(each.verdict in _BAD for each in done.differences):
            self.exit_code = 1
        return self._table(done.differences, _REPAIRED, where)

    def _table(
        self, found: list[Any], listed: dict[str, str], where: dict[str, Any]
    ) -> rows.Table:
        if 'all_projects' in where:
            listed = listed | _OF_PROJECT
        return rows.of_list(found, listed, {})

    def _confirm(self, found: list[Any], yes: bool) -> None:
        doomed = [each for each in found if each.repair == 'delete']
        anew = [each for each in found if each.repair == 'rebuild']
        if doomed or anew:
            for each in (*doomed, *anew):
                line = text.one_line('%s: %s' % (each.id, each.message))
                print(line, file=sys.stderr)
            questions.confirm(
                _(
                    'Repair %(all)s differences, delete %(doomed)s things and '
                    'make %(anew)s desktops again?'
                )
                % {
                    'all': len(found),
                    'doomed': len(doomed),
                    'anew': len({each.desktop_id for each in anew}),
                },
                yes,
            )

    def _tell_unread(self, seen: Any) -> None:
        for each in seen.unread or ():
            self.exit_code = 1
            self.hint(
                _('Project %(project)s: %(message)s')
                % {
                    'project': each['project_id'],
                    'message': text.one_line(each['message']),
                }
            )


def _chosen(found: list[Any], ids: list[str]) -> list[Any]:
    known = {each.id for each in found}
    unknown = [id_ for id_ in ids if id_ not in known]
    if unknown:
        raise osc_exceptions.CommandError(
            _('There is no such difference now: %s') % ', '.join(unknown)
        )
    return [each for each in found if not ids or each.id in ids]
