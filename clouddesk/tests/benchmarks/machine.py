"""What the services of the all-in-one cost: processor time and memory.

Elsewhere nothing is known of their processes, and nothing is told.
"""

from collections.abc import Iterator
import os
import pathlib
import time

_TICKS = os.sysconf('SC_CLK_TCK')

# Of /proc/PID/stat, counted behind the name: session, and what the process
# and its ended children used.
_SESSION = 3
_TIMES = slice(11, 15)


def home() -> pathlib.Path | None:
    """Where the all-in-one lives, if this is its machine."""
    path = os.environ.get('CLOUDDESK_AIO_HOME')
    return pathlib.Path(path) if path else None


def services() -> list[str]:
    """Names of the services that run here."""
    found = home()
    if found is None:
        return []
    return sorted(each.name for each in (found / 'run/pids').iterdir())


def processor_seconds() -> dict[str, float]:
    """What each service has used since it began, with all its workers."""
    used: dict[int, int] = {}
    for pid in _pids():
        session, ticks = _used(pid)
        used[session] = used.get(session, 0) + ticks
    return {
        name: used.get(_session_of(name), 0) / _TICKS for name in services()
    }


def seconds_of(pid: int) -> float:
    """Processor time of one process since it began."""
    return _used(pid)[1] / _TICKS


class Meter:
    """Processor time that passes, and the memory at its height.

    >>> meter = Meter()
    >>> meter.used()['neutron']  # seconds since the line above
    """

    def __init__(self) -> None:
        for name in services():
            for pid in _members(name):
                _forget_peak(pid)
        self._began = processor_seconds()
        self._began_at = time.monotonic()

    def used(self) -> dict[str, float]:
        """Seconds of processor time since the meter was made."""
        now = processor_seconds()
        return {
            name: max(0.0, seconds - self._began.get(name, 0.0))
            for name, seconds in now.items()
        }

    def seconds(self) -> float:
        """Seconds on the wall since then."""
        return time.monotonic() - self._began_at


def peak_memory(service: str) -> float:
    """MiB of all its processes at their height since a meter was made."""
    return sum(_peak(pid) for pid in _members(service)) / 1024


def dearest(used: dict[str, float], least: float = 0.02) -> str:
    """Who used most, in words.

    :param least: part of the sum below which a service is not named
    """
    total = sum(used.values()) or 1.0
    ranked = sorted(used.items(), key=lambda item: -item[1])
    told = ['%s %.1f' % each for each in ranked if each[1] > least * total]
    return ', '.join(told)


def _pids() -> Iterator[int]:
    for entry in os.scandir('/proc'):
        if entry.name.isdigit():
            yield int(entry.name)


def _members(service: str) -> list[int]:
    session = _session_of(service)
    return [pid for pid in _pids() if _used(pid)[0] == session]


def _session_of(service: str) -> int:
    found = home()
    assert found is not None
    try:
        return int((found / 'run/pids' / service).read_text().split()[0])
    except (FileNotFoundError, IndexError):
        return -1


def _used(pid: int) -> tuple[int, int]:
    """Its session and its ticks; of one that ended meanwhile: nothing."""
    try:
        with open('/proc/%d/stat' % pid) as file:
            words = file.read().rpartition(')')[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    return int(words[_SESSION]), sum(map(int, words[_TIMES]))


def _forget_peak(pid: int) -> None:
    try:
        with open('/proc/%d/clear_refs' % pid, 'w') as file:
            file.write('5')
    except OSError:
        # Of another user: its peak is that of its whole life.
        pass


def _peak(pid: int) -> int:
    """KiB."""
    try:
        with open('/proc/%d/status' % pid) as file:
            told = dict(line.split(':', 1) for line in file)
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(told.get('VmHWM', '0').split()[0])
