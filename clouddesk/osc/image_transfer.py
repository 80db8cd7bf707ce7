"""The bytes of images, straight between this computer and Glance.

python-glanceclient moves them, with the token of whoever calls, and draws the
bar that people know from it.
"""

from collections.abc import Iterator
import contextlib
import hashlib
import os
import queue
import sys
import threading
from typing import Any
from typing import BinaryIO

from glanceclient import client as glance
from glanceclient import exc as glance_exceptions
from glanceclient.common import progressbar
from keystoneauth1 import exceptions as auth_exceptions
from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import text
from clouddesk.osc.i18n import _

#: What Glance computes unless its operator chose another.
ALGORITHM = 'sha512'

_SERVER_ERROR = 500

#: MiB that are read but not hashed yet.
_AHEAD = 16
#: Bytes that are read at once, where nobody else decides.
_CHUNK = 1 << 20


class Unanswered(Exception):
    """All bytes were sent, and nobody said that they came.

    :ivar digest: their hash of :data:`ALGORITHM`
    """

    def __init__(self, message: str, digest: str) -> None:
        super().__init__(message)
        self.digest = digest


class Digest:
    """Hashes what passes by in a thread of its own.

    Hashing takes about as long as sending; one after the other, an upload
    would take half as long again.
    """

    def __init__(self, algorithm: str = ALGORITHM) -> None:
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        self._pieces: queue.Queue[bytes | None] = queue.Queue(_AHEAD)
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        self.size = 0

    def update(self, data: bytes) -> None:
        """Take the next piece."""
        self.size += len(data)
        self._pieces.put(data)

    def value(self) -> str:
        """Hexadecimal digits, when all pieces were taken."""
        self.close()
        return self._hash.hexdigest()

    def close(self) -> None:
        """Stop; what was taken is hashed."""
        if self._thread.is_alive():
            self._pieces.put(None)
            self._thread.join()

    def _work(self) -> None:
        while (piece := self._pieces.get()) is not None:
            self._hash.update(piece)


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, source: BinaryIO, digest: Digest) -> None:
        self._source = source
        self._digest = digest

    def read(self, size: int) -> bytes:
        data = self._source.read(size)
        if data:
            self._digest.update(data)
        return data


class Transfer:
    """Glance as the caller of a command sees it."""

    def __init__(self, app: Any) -> None:
        manager = app.client_manager
        self._quiet = app.options.verbose_level == 0
        self._images = glance.Client(
            '2',
            session=manager.session,
            interface=manager.interface,
            region_name=manager.region_name,
        ).images

    def upload(
        self,
        image_id: str,
        source: BinaryIO,
        size: int,
        store: str | None = None,
    ) -> str:
        """Send a file.

        :param size: bytes of it
        :returns: its hash of :data:`ALGORITHM`
        :raises: CommandError when Glance refuses, or is gone; Unanswered
            when a proxy may have given up on it
        """
        try:
            with _sending(source, size, self._quiet) as (wrapped, digest):
                self._images.upload(
                    image_id, wrapped, image_size=size, backend=store
                )
                _check_length(digest, size)
        except osc_exceptions.CommandError as error:
            if digest.size != size or is_refusal(error):
                raise
            raise Unanswered(str(error), digest.value()) from error
        return digest.value()

    def stage(self, image_id: str, source: BinaryIO, size: int) -> None:
        """Send a file to where Glance imports from."""
        with _sending(source, size, self._quiet) as (wrapped, digest):
            self._images.stage(image_id, wrapped, image_size=size)
            _check_length(digest, size)

    def pieces(self, image_id: str) -> Iterator[bytes]:
        """The bytes of an image; at their end their checksum is compared.

        :raises: CommandError when they are not those that were stored, or
            there are none
        """
        with _told():
            body = self._images.data(image_id)
            if body is None or getattr(body, 'wrapped', body) is None:
                raise osc_exceptions.CommandError(_('It has no bytes.'))
            if self._is_shown():
                total = len(body)
                body = progressbar.VerboseIteratorWrapper(body, total)
            yield from body

    def delete(self, image_id: str) -> bool:
        """Remove an image; False when Glance does not."""
        try:
            with _told():
                self._images.delete(image_id)
        except osc_exceptions.CommandError:
            return False
        return True

    def _is_shown(self) -> bool:
        return not self._quiet and sys.stderr.isatty()


def file_digest(source: BinaryIO, algorithm: str) -> str:
    """The hash of a file, which is left at its beginning.

    :raises: CommandError when there is no such algorithm
    """
    try:
        made = hashlib.new(algorithm, usedforsecurity=False)
    except ValueError:
        raise osc_exceptions.CommandError(
            _('%s is no algorithm for checksums here.') % algorithm
        ) from None
    source.seek(0)
    while data := source.read(_CHUNK):
        made.update(data)
    source.seek(0)
    return made.hexdigest()


@contextlib.contextmanager
def opened(path: str) -> Iterator[tuple[BinaryIO, int]]:
    """A file and its size.

    :raises: CommandError when it cannot be read from any place
    """
    try:
        source = open(path, 'rb')
        size = source.seek(0, os.SEEK_END)
    except OSError as error:
        raise osc_exceptions.CommandError(
            _('%(path)s cannot be read: %(error)s')
            % {'path': path, 'error': error.strerror or error}
        ) from None
    with source:
        yield source, size


@contextlib.contextmanager
def _sending(
    source: BinaryIO, size: int, quiet: bool
) -> Iterator[tuple[Any, Digest]]:
    source.seek(0)
    digest = Digest()
    wrapped: Any = _Hashed(source, digest)
    try:
        # The bar of glanceclient goes where the output goes, and what is
        # printed there may be read by a program.
        with _told(), contextlib.redirect_stdout(sys.stderr):
            if not quiet:
                wrapped = progressbar.VerboseFileWrapper(wrapped, size)
            yield wrapped, digest
    finally:
        digest.close()


def _check_length(digest: Digest, size: int) -> None:
    if digest.size != size:
        raise osc_exceptions.CommandError(
            _('%(sent)s of %(size)s bytes were sent.')
            % {'sent': digest.size, 'size': size}
        )


def is_refusal(error: BaseException | None) -> bool:
    """Whether a service said no, and would say so again."""
    if isinstance(error, osc_exceptions.CommandError):
        error = error.__cause__
    # Answers that glanceclient does not know, such as 504, have no number.
    code = getattr(error, 'code', None) or getattr(error, 'status_code', None)
    return isinstance(code, int) and code < _SERVER_ERROR


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Say in one line what Glance, or the way to it, says.

    :raises: CommandError
    """
    try:
        yield
    except glance_exceptions.HTTPException as error:
        raise osc_exceptions.CommandError(
            text.one_line(_('Glance answered: %s') % error)
        ) from error
    except glance_exceptions.BaseException as error:
        raise osc_exceptions.CommandError(
            text.one_line(
                _(
                    'Glance hung up: %s. Its store, or the quota, may be '
                    'full; see "openstack desktop image usage".'
                )
                % error
            )
        ) from error
    except (auth_exceptions.ClientException, OSError) as error:
        raise osc_exceptions.CommandError(text.one_line(str(error))) from error
