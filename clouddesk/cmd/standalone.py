"""clouddesk-standalone: API and conductor in one process, for one project."""

import warnings

from clouddesk import threads

# A library offers eventlet to whoever wants it; nothing here does.
warnings.filterwarnings('ignore', message=r'\s*Eventlet is deprecated')
threads.choose()

# Nothing may be imported before the line above chose threads.
from collections.abc import Iterator  # noqa: E402
import contextlib  # noqa: E402
import fcntl  # noqa: E402
import os  # noqa: E402
import pathlib  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402
from typing import NoReturn  # noqa: E402

from oslo_config import cfg  # noqa: E402
from oslo_db import options as db_options  # noqa: E402
from oslo_log import log as logging  # noqa: E402
import sqlalchemy as sa  # noqa: E402
import waitress  # noqa: E402

from clouddesk import db  # noqa: E402
from clouddesk import exceptions  # noqa: E402
from clouddesk import notifications  # noqa: E402
from clouddesk import rpc  # noqa: E402
from clouddesk import version  # noqa: E402
from clouddesk.api import app  # noqa: E402
from clouddesk.api import own_tokens  # noqa: E402
from clouddesk.cloud import own  # noqa: E402
from clouddesk.cloud import session  # noqa: E402
from clouddesk.conductor import service  # noqa: E402
from clouddesk.conf import CONF  # noqa: E402
from clouddesk.conf import standalone  # noqa: E402
from clouddesk.db import errors as db_errors  # noqa: E402
from clouddesk.db import migration  # noqa: E402
from clouddesk.db.api import leases  # noqa: E402
from clouddesk.drivers.secret_store import keys  # noqa: E402
from clouddesk.i18n import _  # noqa: E402

#: Messages that never leave the process.
_IN_PROCESS = 'fake://'
#: Requests that are answered at once.
_THREADS = 8
#: The database tells of desktops and their users.
_PRIVATE_FOLDER = 0o700
#: What would be said on every start.
_QUIET = ('alembic=WARNING', 'keystonemiddleware=ERROR')


class Taken(Exception):
    """Another process has the database, or the address."""


def main(argv: list[str] | None = None) -> int | str:
    """Until SIGINT or SIGTERM; orders under way go on at the next start.

    :returns: the exit status, or what keeps it from working
    """
    try:
        folder = configure(sys.argv[1:] if argv is None else argv)
        with only_one(folder / (CONF.cloud.os_cloud + '.lock')):
            return _run()
    except (exceptions.ClouddeskError, cfg.Error, OSError, Taken) as error:
        return 'clouddesk-standalone: %s' % error
    except db_errors.ERRORS as error:
        return 'clouddesk-standalone: %s' % db_errors.explain(error)


def configure(argv: list[str]) -> pathlib.Path:
    """Read the options, and find the cloud.

    :returns: the folder of the database
    :raises Invalid: clouds.yaml has no such cloud
    """
    logging.register_options(CONF)
    logging.set_defaults(
        default_log_levels=[*logging.get_default_log_levels(), *_QUIET]
    )
    standalone.register_cli_opts(CONF)
    db_options.set_defaults(CONF)
    CONF(
        argv,
        project='clouddesk',
        prog='clouddesk-standalone',
        version=version.version_string(),
        # A file of /etc/clouddesk belongs to a service with a service user.
        default_config_files=[],
        default_config_dirs=[],
    )
    logging.setup(CONF, 'clouddesk')
    region = own.find(CONF.os_cloud)
    folder = _folder()
    _set_defaults(region, folder)
    return folder


def _folder() -> pathlib.Path:
    data = os.environ.get('XDG_DATA_HOME') or '~/.local/share'
    folder = pathlib.Path(CONF.data_dir or pathlib.Path(data, 'clouddesk'))
    folder = folder.expanduser().absolute()
    folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    return folder


def _set_defaults(region: Any, folder: pathlib.Path) -> None:
    """What a file of options, if any, may still say otherwise."""
    CONF.set_default('os_cloud', _file_name(region.name), 'cloud')
    CONF.set_default('region_name', region.get_region_name(), 'cloud')
    CONF.set_default('interface', region.get_interface() or 'public', 'cloud')
    # Nobody but the services of the cloud hears the notifications.
    CONF.set_default('listen_to_nova', False, 'conductor')
    file = folder / ('%s.sqlite' % CONF.cloud.os_cloud)
    url = sa.URL.create('sqlite', database=str(file))
    CONF.set_default('connection', str(url), 'database')
    CONF.set_default('key_file', str(folder / 'secrets.keys'), 'secrets')
    if not pathlib.Path(CONF.secrets.key_file).exists():
        keys.add(CONF.secrets.key_file)


def _file_name(cloud: str) -> str:
    if '/' in cloud or cloud.startswith('.'):
        raise exceptions.Invalid(
            _('clouds.yaml: the name %(name)s cannot be part of a path.'),
            {'field': 'os_cloud'},
            name=cloud,
        )
    return cloud


@contextlib.contextmanager
def only_one(path: pathlib.Path) -> Iterator[None]:
    """Hold a file that one process at a time can hold.

    The kernel lets go of it however the process ends.

    :raises Taken: another process does
    """
    with path.open('a+') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Taken(
                _(
                    'process %(pid)s works on this database already; stop '
                    'it, or choose another --data-dir.'
                )
                % {'pid': file.read().strip() or '?'}
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _run() -> int:
    # Python minds SIGINT by itself, but not in the background of a script.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    with contextlib.suppress(KeyboardInterrupt, SystemExit):
        project_id = session.own_project()
        _open()
        server = _server()
        with _conductor():
            print(_welcome(project_id), flush=True)
            # Returns on the exceptions that the signals raise.
            server.run()
    print(_('Stopped; unfinished work orders go on at the next start.'))
    return 0


def _server() -> Any:
    place = '%s:%d' % (_address(), CONF.port)
    try:
        return waitress.create_server(
            app.build(CONF, own_tokens.layer),
            listen=place,
            threads=_THREADS,
            ident='clouddesk',
        )
    except OSError as error:
        raise Taken(f'{place}: {error.strerror or error}') from None


def _leave(*args: Any) -> NoReturn:
    raise SystemExit


def _open() -> None:
    """Tables of this release, and messages that stay in the process."""
    db.configure(CONF, max_retries=0)
    migration.upgrade()
    # Whoever held an order is dead: only_one() saw to that.
    leases.release_all()
    rpc.init(CONF, _IN_PROCESS)
    notifications.init(CONF, 'standalone')


@contextlib.contextmanager
def _conductor() -> Iterator[None]:
    conductor = service.Conductor(CONF)
    conductor.start()
    try:
        yield
    finally:
        conductor.stop()


def _address() -> str:
    address = str(CONF.listen)
    return '[%s]' % address if ':' in address else address


def _welcome(project_id: str | None) -> str:
    return _(
        'clouddesk serves project %(project)s of cloud %(cloud)s.\n'
        'In another terminal:\n'
        '    export OS_CLOUD=%(cloud)s\n'
        '    export OS_DESKTOP_ENDPOINT_OVERRIDE=%(url)s\n'
        '    openstack desktop list\n'
        'or, instead of the second line, in clouds.yaml below %(cloud)s:\n'
        '    desktop_endpoint_override: %(url)s\n'
        'Ctrl-C stops it.'
    ) % {
        'project': project_id,
        'cloud': CONF.cloud.os_cloud,
        'url': 'http://%s:%d/v1' % (_address(), CONF.port),
    }


if __name__ == '__main__':
    sys.exit(main())
