"""clouddesk-manage: what an operator does beside the API."""

import argparse
from collections.abc import Callable
import sys
from typing import Any

from oslo_config import cfg
from oslo_db import options as db_options
from oslo_log import log as logging

from clouddesk import db
from clouddesk import exceptions
from clouddesk import version
from clouddesk.cmd import manage_images
from clouddesk.conf import secrets as secrets_conf
from clouddesk.db import errors
from clouddesk.db import migration
from clouddesk.db.api import projects
from clouddesk.db.api import purge
from clouddesk.i18n import _

_Command = Callable[[cfg.ConfigOpts], str]


class Failure(Exception):
    """Told to the operator; the exit code is 1."""


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    :returns: 0 when it worked, 1 when it did not; a command line that is
        not understood exits with 2
    """
    conf = _configuration(sys.argv[1:] if argv is None else argv)
    run: _Command = conf.command.run
    try:
        print(run(conf))
    except (Failure, exceptions.ClouddeskError) as error:
        return _fail(str(error))
    except errors.ERRORS as error:
        return _fail(errors.explain(error))
    return 0


def db_sync(conf: cfg.ConfigOpts) -> str:
    _open(conf)
    before = migration.version()
    migration.upgrade()
    if before == migration.version():
        return _('The tables are at revision %s already.') % before
    return _('The tables are at revision %s now.') % migration.version()


def db_version(conf: cfg.ConfigOpts) -> str:
    _open(conf)
    return migration.version() or _('There are no tables yet.')


def db_purge(conf: cfg.ConfigOpts) -> str:
    _open(conf)
    if migration.version() is None:
        raise Failure(_('There are no tables yet; run db sync first.'))
    count = purge.finished_orders(conf.command.days)
    return _('%d finished work orders removed.') % count


def secrets_key(conf: cfg.ConfigOpts) -> str:
    # The other commands need no cryptography.
    from clouddesk.drivers.secret_store import keys

    secrets_conf.register_opts(conf)
    path = conf.secrets.key_file
    try:
        count = keys.add(path)
    except OSError as error:
        raise Failure(str(error)) from None
    return _('%(path)s has a new key in front; it has %(count)d now.') % {
        'path': path,
        'count': count,
    }


def secrets_rotate(conf: cfg.ConfigOpts) -> str:
    from clouddesk import secrets
    from clouddesk.drivers.secret_store import embedded

    secrets_conf.register_opts(conf)
    if conf.secrets.driver != 'embedded':
        text = _('[secrets] driver is %s, which keeps no keys here.')
        raise Failure(text % conf.secrets.driver)
    _open(conf)
    store = embedded.Embedded(conf)
    # Without keys no secret is to blame.
    store.seal('')
    count, unread = secrets.rotate(store.renew)
    if unread:
        raise Failure(
            _(
                '%(count)d secrets are encrypted with the first key now. '
                'No key opens these: %(unread)s'
            )
            % {'count': count, 'unread': ', '.join(unread)}
        )
    return (
        _(
            '%d secrets are encrypted with the first key now; the other keys '
            'may go.'
        )
        % count
    )


def project_enable(conf: cfg.ConfigOpts) -> str:
    # Only this command needs the libraries that talk to the cloud.
    from clouddesk.cloud import identity_admin

    return identity_admin.grant_member(
        conf.command.os_cloud,
        project=conf.command.project,
        domain=conf.command.domain,
        user=conf.command.user,
        role=conf.command.role,
        inherited=conf.command.inherited,
    )


def project_forget(conf: cfg.ConfigOpts) -> str:
    from clouddesk.cloud import identity_admin

    project_id = conf.command.project
    _open(conf)
    identity_admin.require_gone(conf.command.os_cloud, project_id)
    count, left = projects.forget(project_id)
    said = _('%(count)d desktops of project %(project)s are forgotten.') % {
        'count': count,
        'project': project_id,
    }
    if not left:
        return said
    listed = ['%s %s' % each for each in left]
    more = _(
        'What may still be in the cloud is for an administrator to delete:'
    )
    return '\n'.join([said, more, *listed])


def _configuration(argv: list[str]) -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    logging.register_options(conf)
    # Alembic says at length what the command says in a sentence.
    levels = [*logging.get_default_log_levels(), 'alembic=WARNING']
    logging.set_defaults(default_log_levels=levels)
    db_options.set_defaults(conf)
    conf.register_cli_opt(
        cfg.SubCommandOpt('command', title='Commands', handler=_add_commands)
    )
    conf(
        argv,
        project='clouddesk',
        prog='clouddesk-manage',
        version=version.version_string(),
    )
    logging.setup(conf, 'clouddesk')
    return conf


def _add_commands(parsers: Any) -> None:
    nouns = {
        'db': _('The tables of clouddesk.'),
        'images': _('What desktops are made from.'),
        'project': _('Where clouddesk may make desktops.'),
        'secrets': _('What must not be read by others.'),
    }
    verbs = {
        noun: parsers.add_parser(noun, help=text).add_subparsers(
            dest='verb', required=True
        )
        for noun, text in nouns.items()
    }
    _add(verbs['db'], 'sync', db_sync, _('Make or upgrade the tables.'))
    _add(verbs['db'], 'version', db_version, _('Show their revision.'))
    old = _add(
        verbs['db'], 'purge', db_purge, _('Remove finished work orders.')
    )
    old.add_argument(
        '--days',
        type=_days,
        required=True,
        help=_('Keep those that finished in the last so many days.'),
    )
    manage_images.add_commands(verbs['images'], _add)
    _add_project_enable(verbs['project'])
    forget = _add(
        verbs['project'],
        'forget',
        project_forget,
        _(
            'Remove all that is known of a project that was deleted in '
            'Keystone. Needs the same credentials.'
        ),
    )
    forget.add_argument('project', help=_('Its id.'))
    forget.add_argument('--os-cloud', help=_('A cloud of clouds.yaml.'))
    _add(
        verbs['secrets'],
        'key',
        secrets_key,
        _('Put a new key into [secrets] key_file; older ones still open.'),
    )
    _add(
        verbs['secrets'],
        'rotate',
        secrets_rotate,
        _('Encrypt everything with the first key of [secrets] key_file.'),
    )


def _add_project_enable(parsers: Any) -> None:
    enable = _add(
        parsers,
        'enable',
        project_enable,
        _(
            'Let the service user work in a project, or in all projects of '
            'a domain. Needs the credentials of an administrator in OS_* '
            'variables or clouds.yaml.'
        ),
    )
    where = enable.add_mutually_exclusive_group(required=True)
    where.add_argument('project', nargs='?', help=_('Name or id.'))
    where.add_argument(
        '--domain', help=_('All projects of a domain; name or id.')
    )
    enable.add_argument(
        '--inherited',
        action='store_true',
        help=_('The projects below PROJECT instead. A domain implies it.'),
    )
    enable.add_argument('--os-cloud', help=_('A cloud of clouds.yaml.'))
    enable.add_argument('--user', default='clouddesk')
    enable.add_argument('--role', default='member')


def _add(parsers: Any, name: str, run: _Command, text: str) -> Any:
    parser = parsers.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _days(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(_('not a number of days'))
    return int(text)


def _open(conf: cfg.ConfigOpts) -> None:
    # A person waits in front of it, so it does not try for minutes.
    db.configure(conf, max_retries=0)


def _fail(text: str) -> int:
    print(text, file=sys.stderr)
    return 1
