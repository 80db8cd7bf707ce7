"""Programs under uWSGI, for as long as they are measured."""

from collections.abc import Iterator
from collections.abc import Mapping
import configparser
import contextlib
import dataclasses
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import clouddesk

_TOP = pathlib.Path(clouddesk.__file__).parents[1]

#: What the operator is given; both programs run with it.
SETTINGS = _TOP / 'etc' / 'clouddesk' / 'uwsgi.ini'

#: Seconds until a program must answer, and must have ended.
_PATIENCE = 60


@dataclasses.dataclass(frozen=True)
class Program:
    """One that serves.

    :ivar url: without a slash at its end
    """

    url: str
    pid: int

    def cpu(self) -> float:
        """Seconds that its workers have computed so far."""
        ticks = 0
        for pid in _family(self.pid):
            # The name of the program, in brackets, may hold blanks.
            stat = pathlib.Path('/proc/%d/stat' % pid).read_text()
            fields = stat.rpartition(')')[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf('SC_CLK_TCK')


@contextlib.contextmanager
def serving(module: str, environ: Mapping[str, str]) -> Iterator[Program]:
    """A WSGI application under uWSGI, with the settings of the operators.

    :param module: such as ``clouddesk.wsgi.api:application``
    :param environ: what is added to the environment
    :raises RuntimeError: it does not begin to listen, or there is no uWSGI
    """
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix='benchmark-') as folder:
        ini = pathlib.Path(folder) / 'uwsgi.ini'
        _write(ini, module, port)
        with (ini.parent / 'log').open('w+') as log:
            process = subprocess.Popen(
                [_uwsgi(), '--ini', str(ini)],
                env=_environ(environ),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                _await(port, process, ini.parent / 'log')
                yield Program('http://127.0.0.1:%d' % port, process.pid)
            finally:
                process.terminate()
                process.wait(_PATIENCE)


def _uwsgi() -> str:
    found = shutil.which('uwsgi')
    home = os.environ.get('CLOUDDESK_AIO_HOME')
    if found is None and home:
        found = shutil.which('uwsgi', path='%s/venv/bin' % home)
    if found is None:
        raise RuntimeError('uwsgi is not in PATH')
    return found


def _environ(more: Mapping[str, str]) -> dict[str, str]:
    """The interpreter inside uWSGI is the one that it was installed for."""
    beside = str(pathlib.Path(_uwsgi()).parent)
    path = os.pathsep.join([beside, os.environ.get('PATH', '')])
    return os.environ | {'PATH': path, 'PYTHONPATH': str(_TOP)} | dict(more)


def _write(ini: pathlib.Path, module: str, port: int) -> None:
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(SETTINGS)
    settings['uwsgi']['http-socket'] = '127.0.0.1:%d' % port
    settings['uwsgi']['module'] = module
    with ini.open('w') as out:
        settings.write(out)


def _free_port() -> int:
    with socket.create_server(('127.0.0.1', 0)) as server:
        return int(server.getsockname()[1])


def _await(
    port: int, process: subprocess.Popen[bytes], log: pathlib.Path
) -> None:
    """Wait until somebody takes connections, and all workers are ready."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if log.read_text().count('WSGI app 0') >= _processes():
            return
        time.sleep(0.1)
    raise RuntimeError('uwsgi does not serve: %s' % log.read_text()[-3000:])


def _processes() -> int:
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(SETTINGS)
    return settings.getint('uwsgi', 'processes')


def _family(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    children = pathlib.Path('/proc/%d/task/%d/children' % (pid, pid))
    for child in children.read_text().split():
        yield from _family(int(child))
