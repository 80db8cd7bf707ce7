"""``openstack desktop connect|console``: ways into a desktop."""

import argparse
import shlex
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import columns
from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc import rdp
from clouddesk.osc import reach
from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import rows

_CONSOLE = ('type', 'protocol', 'url')
_CONSOLES = {'novnc': 'novnc', 'spice': 'spice-html5', 'serial': 'serial'}


class ConsoleDesktop(command.ShowOne):
    _description = _('Open the console of a running desktop')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_desktop_argument(parser)
        kinds = parser.add_mutually_exclusive_group()
        for option, kind in _CONSOLES.items():
            kinds.add_argument(
                f'--{option}',
                dest='kind',
                action='store_const',
                const=kind,
                help=_('Open a %s console') % kind,
            )
        _add_show_login(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the URL."""
        desktop = find.desktop(self.client, parsed_args.desktop)
        console = self.client.get_desktop_console(
            desktop.id, parsed_args.kind, login=parsed_args.show_login
        )
        way = {field: console.get(field) for field in _CONSOLE}
        if parsed_args.show_login:
            way |= _shown(console['login'])
        return tuple(way), tuple(way.values())


class ConnectDesktop(command.ShowOne):
    _description = _(
        'Tell the best way into a desktop: Remote Desktop, ssh or console'
    )

    #: What to log in with.
    _known: dict[str, Any] | None = None

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_desktop_argument(parser)
        ways = parser.add_mutually_exclusive_group()
        ways.add_argument(
            '--rdp',
            metavar='<file>',
            help=_('Write a file for Remote Desktop'),
        )
        ways.add_argument(
            '--ssh', action='store_true', help=_('Use ssh, nothing else')
        )
        ways.add_argument(
            '--console',
            action='store_true',
            help=_('Use the console, nothing else'),
        )
        parser.add_argument(
            '--login',
            metavar='<user>',
            help=_('User to log in as, instead of the one that is known'),
        )
        _add_show_login(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Find the way, and say how to go it."""
        desktop = find.desktop(self.client, parsed_args.desktop)
        way = {'desktop': desktop.name, 'id': desktop.id}
        way |= {'status': desktop.status, 'method': None}
        if desktop.status == 'running':
            way |= self._way(desktop, parsed_args)
        else:
            self.exit_code = 1
            self.hint(_unreachable(desktop, parsed_args.desktop))
        return tuple(way), tuple(way.values())

    def _way(
        self, desktop: Any, parsed_args: argparse.Namespace
    ) -> dict[str, Any]:
        way = self._found(desktop, parsed_args)
        if parsed_args.show_login:
            way |= _shown(self._account(desktop, parsed_args))
        return way

    def _found(
        self, desktop: Any, parsed_args: argparse.Namespace
    ) -> dict[str, Any]:
        if parsed_args.rdp:
            return self._rdp_file(desktop, parsed_args)
        if parsed_args.ssh:
            host = self._host(desktop, reach.SSH)
            return self._ssh(host, self._user(desktop, parsed_args))
        found = None
        if not parsed_args.console:
            hosts = reach.hosts(desktop.addresses)
            found = reach.first(hosts, (reach.RDP, reach.SSH))
        if found is None:
            return self._console(desktop)
        host, port = found
        if port == reach.SSH:
            return self._ssh(host, self._user(desktop, parsed_args))
        return self._rdp(desktop, host)

    def _user(
        self, desktop: Any, parsed_args: argparse.Namespace
    ) -> str | None:
        """The user to log in as, when one is known."""
        if parsed_args.login:
            return str(parsed_args.login)
        user: str | None = self._account(desktop, parsed_args)['user']
        return user

    def _account(
        self, desktop: Any, parsed_args: argparse.Namespace
    ) -> dict[str, Any]:
        """What to log in with; asked for once."""
        if self._known is None:
            self._known = dict(
                self.client.get_desktop_login(
                    desktop.id, with_password=parsed_args.show_login
                )
            )
            if parsed_args.login not in (None, self._known['user']):
                # The password is that of another account.
                self._known = {'user': parsed_args.login, 'password': None}
        return self._known

    def _host(self, desktop: Any, port: int) -> str:
        """The address that answers, or else the one most likely to."""
        hosts = reach.hosts(desktop.addresses)
        if not hosts:
            raise osc_exceptions.CommandError(
                _('Desktop %s has no address.') % text.one_line(desktop.name)
            )
        found = reach.first(hosts, (port,))
        if found is None:
            self.hint(
                _('No address of %(name)s answers on port %(port)s from here.')
                % {'name': text.one_line(desktop.name), 'port': port}
            )
            return hosts[0]
        return found[0]

    def _rdp_file(
        self, desktop: Any, parsed_args: argparse.Namespace
    ) -> dict[str, Any]:
        host = self._host(desktop, reach.RDP)
        data = rdp.content(host, login=self._user(desktop, parsed_args))
        rdp.write(parsed_args.rdp, data)
        self.hint(
            _('Open %s with Remote Desktop.') % text.one_line(parsed_args.rdp)
        )
        return {
            'method': 'rdp',
            'host': host,
            'port': reach.RDP,
            'file': parsed_args.rdp,
        }

    def _rdp(self, desktop: Any, host: str) -> dict[str, Any]:
        # A name that others gave must not be taken for an option.
        dashed = desktop.name.startswith('-')
        name = text.argument(desktop.id if dashed else desktop.name)
        file = text.argument(text.file_name(desktop.name + '.rdp'))
        line = f'openstack desktop connect {name} --rdp {file}'
        self.hint(_('Write a file for Remote Desktop with:\n    %s') % line)
        return {
            'method': 'rdp',
            'host': host,
            'port': reach.RDP,
            'command': line,
        }

    def _ssh(self, host: str, login: str | None) -> dict[str, Any]:
        words = ['ssh', '-l', login, host] if login else ['ssh', host]
        line = text.one_line(shlex.join(words))
        self.hint(_('Log in with:\n    %s') % line)
        return {
            'method': 'ssh',
            'host': host,
            'port': reach.SSH,
            'command': line,
        }

    def _console(self, desktop: Any) -> dict[str, Any]:
        console = self.client.get_desktop_console(desktop.id)
        self.hint(
            _(
                'Open the URL in a browser. Until it expires it lets in '
                'anybody who has it.'
            )
        )
        return {
            'method': 'console',
            'type': console.get('type'),
            'url': console.get('url'),
        }


def _add_show_login(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--show-login',
        action='store_true',
        help=_('Show the user and the password to log in with, too'),
    )


def _shown(login: dict[str, Any]) -> dict[str, Any]:
    return {
        'login_user': login['user'],
        'login_password': login['password'],
    }


def _unreachable(desktop: Any, word: str) -> str:
    """Why there is no way in, and what to do.

    :param word: what found the desktop; its name may not be the only one
    """
    said = {
        'name': text.one_line(desktop.name),
        'word': text.argument(word),
    }
    if desktop.status == 'off':
        return (
            _(
                'Desktop %(name)s is off. Start it with:\n'
                '    openstack desktop start --wait %(word)s'
            )
            % said
        )
    if desktop.status == 'fault':
        said['fault'] = columns.fault(desktop.fault)
        return (
            _(
                'Desktop %(name)s is in fault: %(fault)s\n'
                'Build it again with:\n'
                '    openstack desktop retry --wait %(word)s'
            )
            % said
        )
    return _underway(desktop)


def _underway(desktop: Any) -> str:
    message = _('Desktop %(name)s is %(status)s.') % {
        'name': text.one_line(desktop.name),
        'status': desktop.status,
    }
    if desktop.work_order_id:
        message += (
            ' '
            + _(
                'Follow it with:\n'
                '    openstack desktop work order show --wait %s'
            )
            % desktop.work_order_id
        )
    return message
