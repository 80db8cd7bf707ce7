"""An upload beside that of ``openstack image create``."""

import argparse
from collections.abc import Iterator
import contextlib
import dataclasses
import os
import statistics
import tempfile
import time

from clouddesk.tests.benchmarks import clouds
from clouddesk.tests.benchmarks import report

AIM = (
    'upload of a file of 2 GiB: at most 1.10 × the time of "openstack image '
    'create --file", and client memory that does not grow with the file'
)

_MIB = 1 << 20
#: MiB of the file, and of a small one beside it.
_LARGE = int(os.environ.get('CLOUDDESK_BENCH_IMAGE') or 2048)
_SMALL = 64
#: Every so many bytes one that is not zero; the file takes little room.
_STEP = _MIB
#: MiB that the memory of a client may differ between the two.
_FLAT = 32


@dataclasses.dataclass(frozen=True)
class _Upload:
    seconds: float
    #: Seconds of processors that the client used.
    cpu: float
    #: The most that it had, MiB.
    memory: float


def run(options: argparse.Namespace) -> Iterator[report.Row]:
    with tempfile.TemporaryDirectory() as folder:
        large = _file(folder, _LARGE)
        small = _file(folder, _SMALL)
        # Whoever comes first finds everything cold.
        _ours(small)
        ours: list[_Upload] = []
        theirs: list[_Upload] = []
        for _round in range(options.rounds):
            theirs.append(_theirs(large))
            ours.append(_ours(large))
        before = _ours(small).memory
    yield report.Row(
        'upload of %d MiB' % _LARGE,
        statistics.median(each.seconds for each in ours),
        statistics.median(each.seconds for each in theirs),
        's',
        '<= 1.10',
        'ours looks into the file, hashes it, compares the checksum and has '
        'the server look into it; rounds: %s and %s'
        % (_seen(ours), _seen(theirs)),
    )
    yield report.Row(
        'the same, processor time of the client',
        statistics.median(each.cpu for each in ours),
        statistics.median(each.cpu for each in theirs),
        's',
        '',
        'ours computes SHA-512 beside the sending',
    )
    peak = max(each.memory for each in ours)
    yield report.Row(
        'the same, most memory of the client',
        peak,
        max(each.memory for each in theirs),
        'MiB',
    )
    yield report.Row(
        'memory more than for a file of %d MiB' % _SMALL,
        peak - before,
        None,
        'MiB',
        '<= %d' % _FLAT,
    )


def _seen(uploads: list[_Upload]) -> str:
    return ', '.join('%.1f' % each.seconds for each in uploads)


def _file(folder: str, size: int) -> str:
    """A raw disk that is read quickly and compresses to nothing.

    :param size: MiB
    """
    path = os.path.join(folder, '%d.raw' % size)
    with open(path, 'wb') as file:
        for start in range(0, size * _MIB, _STEP):
            file.seek(start)
            file.write(b'%016x' % start)
        file.truncate(size * _MIB)
    return path


def _ours(path: str) -> _Upload:
    return _upload('desktop', 'image', 'create', '--file', path, '--private')


def _theirs(path: str) -> _Upload:
    return _upload(
        'image', 'create', '--file', path, '--private', '--disk-format', 'raw'
    )


def _upload(*words: str) -> _Upload:
    """
    :raises Failed: the command did not work
    """
    name = clouds.name()
    with _removed(name), tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        running = os.posix_spawn(
            clouds.command()[0],
            clouds.command(*words, name),
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, said.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, said.fileno(), 2),
            ],
        )
        _pid, status, used = os.wait4(running, 0)
        seconds = time.perf_counter() - began
        if status:
            said.seek(0)
            raise report.Failed(said.read().decode()[-400:])
    cpu = used.ru_utime + used.ru_stime
    return _Upload(seconds, cpu, used.ru_maxrss / 1024)


@contextlib.contextmanager
def _removed(name: str) -> Iterator[None]:
    try:
        yield
    finally:
        glance = clouds.connect().image
        for image in glance.images(name=name):
            glance.delete_image(image.id)
