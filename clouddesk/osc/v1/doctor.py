"""``openstack desktop doctor``"""

import argparse

from clouddesk.osc import command
from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import rows

_COLUMNS = ('Check', 'Status', 'Message', 'Cost')


class Doctor(command.Lister):
    _description = _(
        'Check whether everything is there that desktops need, and say what '
        'each missing piece costs; the exit code is 1 when there is an error'
    )

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask the service, and its conductor."""
        found = list(self.client.checks())
        if any(check.status == 'error' for check in found):
            self.exit_code = 1
        return _COLUMNS, [
            (
                check.name,
                check.status,
                text.one_line(check.message),
                text.one_line(check.cost or ''),
            )
            for check in found
        ]
