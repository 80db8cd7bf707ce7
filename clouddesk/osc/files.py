"""Files on the computer of the one who gives the command."""

from collections.abc import Iterator
import contextlib
import os
import stat
import sys
import tempfile
from typing import BinaryIO

from osc_lib import exceptions

from clouddesk.osc.i18n import _


def text(path: str) -> str:
    """What is in a file.

    :raises: CommandError when it cannot be read or is no text
    """
    try:
        with open(path, encoding='utf-8', newline='') as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, 'strerror', None) or error
        raise exceptions.CommandError(
            _('%(path)s cannot be read: %(error)s')
            % {'path': path, 'error': why}
        ) from None


@contextlib.contextmanager
def written(path: str | None) -> Iterator[BinaryIO]:
    """The file, which stays as it is until all of the new one is there.

    :param path: None is the standard output
    :raises: CommandError when it cannot be written
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if os.path.exists(path) and not os.path.isfile(path):
        with _written_to(path) as stream:
            yield stream
        return
    # What a link leads to is replaced, not the link.
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    try:
        file = tempfile.NamedTemporaryFile(dir=folder, delete=False)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with file:
            yield file  # type: ignore[misc]
        os.chmod(file.name, _mode(path))
        os.replace(file.name, path)
    except BaseException as error:
        os.unlink(file.name)
        # Errors of the API are of that class, too, but have no number.
        if isinstance(error, OSError) and error.errno:
            raise _unwritable(path, error) from error
        raise


def _mode(path: str) -> int:
    """Who may read a file: as before, or as the shell says of new ones.

    Temporary files are for nobody else.
    """
    if os.path.exists(path):
        return stat.S_IMODE(os.stat(path).st_mode)
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


@contextlib.contextmanager
def _written_to(path: str) -> Iterator[BinaryIO]:
    """A device or a pipe: replacing /dev/null would break the machine."""
    try:
        with open(path, 'wb') as stream:
            yield stream
    except OSError as error:
        if error.errno is None:
            raise
        raise _unwritable(path, error) from error


def _unwritable(path: str, error: OSError) -> exceptions.CommandError:
    return exceptions.CommandError(
        _('%(path)s cannot be written: %(reason)s')
        % {'path': path, 'reason': error.strerror}
    )
