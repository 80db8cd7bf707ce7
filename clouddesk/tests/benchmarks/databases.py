"""A MariaDB for the time of a benchmark."""

from collections.abc import Iterator
import contextlib
import os
import pathlib
import subprocess

from clouddesk.tests.benchmarks import report

_SCRIPT = pathlib.Path(__file__).parents[3] / '.ci' / 'databases'
#: What keeps the servers of the script alive: until its input ends.
_HOLD = 'echo "$CLOUDDESK_TEST_ON_MYSQL"; read -r _'


@contextlib.contextmanager
def mariadb() -> Iterator[str]:
    """The URL of an empty database.

    ``CLOUDDESK_TEST_ON_MYSQL`` names it; without that, ``.ci/databases``
    starts a server and removes it at the end.

    :raises Failed: there is none
    """
    url = os.environ.get('CLOUDDESK_TEST_ON_MYSQL')
    if url:
        yield url
        return
    if not _SCRIPT.exists():
        raise report.Failed('CLOUDDESK_TEST_ON_MYSQL names no database')
    holder = subprocess.Popen(
        [str(_SCRIPT), 'sh', '-c', _HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C is for us; it ends when we do.
        start_new_session=True,
    )
    assert holder.stdin and holder.stdout
    try:
        url = holder.stdout.readline().strip()
        if not url:
            raise report.Failed('%s started no database' % _SCRIPT)
        yield url
    finally:
        holder.stdin.close()
        holder.wait()
