"""How far a work order is, on a terminal and elsewhere."""

import os
import sys
import time
from typing import Any
from typing import Protocol
from typing import TextIO

from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.i18n import ngettext

_BAR = 24
_CLEAR_TO_END = '\x1b[K'
_FALLBACK_WIDTH = 80


class Shown(Protocol):
    """Something that is told of every look at the order."""

    def __call__(self, order: Any) -> None: ...

    def close(self) -> None:
        """Leave the stream so that the next line begins at its start."""


class Nothing:
    """For people who asked for quiet."""

    def __call__(self, order: Any) -> None:
        pass

    def close(self) -> None:
        pass


class Bar:
    """One line that is drawn again and again."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._began = time.monotonic()
        self._drawn = False

    def __call__(self, order: Any) -> None:
        percent = order.percent or 0
        filled = _BAR * percent // 100
        bar = '#' * filled + '.' * (_BAR - filled)
        line = f'[{bar}] {percent:3d} %  {summary(order)}  {self._elapsed()}'
        self._stream.write('\r' + line[: self._width()] + _CLEAR_TO_END)
        self._stream.flush()
        self._drawn = True

    def close(self) -> None:
        if self._drawn:
            self._stream.write('\n')
            self._stream.flush()

    def _elapsed(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        return f'{minutes}:{seconds:02d}'

    def _width(self) -> int:
        """Columns that can be used without wrapping to the next line."""
        try:
            columns = os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):
            columns = 0
        return (columns or _FALLBACK_WIDTH) - 1


class Lines:
    """A line for each change: for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = ''

    def __call__(self, order: Any) -> None:
        line = f'{order.percent or 0:3d} %  {summary(order)}'
        if line != self._last:
            self._stream.write(line + '\n')
            self._stream.flush()
        self._last = line

    def close(self) -> None:
        pass


def on(stream: TextIO | None = None, quiet: bool = False) -> Shown:
    """What suits a stream; standard error when none is given."""
    stream = stream or sys.stderr
    if quiet:
        return Nothing()
    return Bar(stream) if stream.isatty() else Lines(stream)


def summary(order: Any) -> str:
    """``pool.create, 3/5 desktops, 1 failed, server 4/5``"""
    counts = order.counts or {}
    words = [order.kind or '', _things(order, counts)]
    if counts.get('failed'):
        words.append(_('%s failed') % counts['failed'])
    if counts.get('refused'):
        words.append(_('%s refused') % counts['refused'])
    words.append(_step(order) if order.status == 'running' else order.status)
    return text.one_line(', '.join(filter(None, words)))


def worked_on(counts: dict[str, int]) -> int:
    """How many desktops or images something is done to."""
    return sum(counts.values()) - counts.get('refused', 0)


def is_about_images(order: Any) -> bool:
    """Whether the items of an order are about images."""
    return any(item.get('image_id') for item in order.work_items or ())


def _things(order: Any, counts: dict[str, int]) -> str:
    total = worked_on(counts)
    if is_about_images(order):
        message = ngettext(
            '%(done)s/%(total)s image', '%(done)s/%(total)s images', total
        )
    else:
        message = ngettext(
            '%(done)s/%(total)s desktop', '%(done)s/%(total)s desktops', total
        )
    return message % {'done': counts.get('done', 0), 'total': total}


def _step(order: Any) -> str:
    """The first step that not every desktop has done."""
    for step in order.steps or ():
        if step['done'] < step['total']:
            return '%(name)s %(done)s/%(total)s' % step
    return ''
