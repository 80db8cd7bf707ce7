"""``openstack desktop limits|capabilities``"""

import argparse
from typing import Any

from cliff import columns as cliff_columns

from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import rows

_COLUMNS = ('Service', 'Resource', 'Used', 'Limit', 'Free')

#: Where a limit of single requests stands in the column of the services.
_REQUEST = 'request'

_CAPABILITIES = (
    'boot_from',
    'console_types',
    'default_console_type',
    'remote_protocols',
    'components',
    'export_formats',
    'services',
    'image_import_methods',
    'region',
    'options',
    'microversions',
)


class Words(cliff_columns.FormattableColumn):
    """``image, volume``"""

    def human_readable(self) -> str:
        return text.one_line(', '.join(str(each) for each in self._value))


class Services(cliff_columns.FormattableColumn):
    """The names of those that are there."""

    def human_readable(self) -> str:
        return ', '.join(name for name, there in self._value.items() if there)


class Options(cliff_columns.FormattableColumn):
    """``max_batch_size=10``, one on a line"""

    def human_readable(self) -> str:
        return '\n'.join(
            '%s=%s' % (name, value) for name, value in self._value.items()
        )


class Versions(cliff_columns.FormattableColumn):
    """``1.0 Desktops, pools and work orders.``"""

    def human_readable(self) -> str:
        return '\n'.join(
            text.one_line('%(version)s %(reason)s' % each)
            for each in self._value
        )


_FORMATTERS: dict[str, type[cliff_columns.FormattableColumn[Any]]] = {
    'services': Services,
    'options': Options,
    'microversions': Versions,
}


class ListLimits(command.Lister):
    _description = _('List how much the project may have, and has')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--project',
            metavar='<project>',
            help=_('Limits of another project, name or ID (admin only)'),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the limits; who did not tell is told."""
        project_id = parsed_args.project and find.project(
            self.connection, parsed_args.project
        )
        found = self.client.get_limits(project_id)
        for unknown in found.unknown:
            self.hint(text.one_line(unknown['message']))
        amounts = [
            (service, resource, each['used'], each['limit'], each['free'])
            for service, resources in found.limits.items()
            for resource, each in resources.items()
        ]
        options = [
            (_REQUEST, name, None, limit, None)
            for name, limit in found.options.items()
        ]
        return _COLUMNS, amounts + options


class ShowCapabilities(command.ShowOne):
    _description = _('Show what the cloud offers to desktops')

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the capabilities."""
        found = self.client.get_capabilities()
        return _CAPABILITIES, [
            _formatted(name, getattr(found, name)) for name in _CAPABILITIES
        ]


def _formatted(name: str, value: Any) -> Any:
    if name in _FORMATTERS:
        return _FORMATTERS[name](value)
    return Words(value) if isinstance(value, list) else value
