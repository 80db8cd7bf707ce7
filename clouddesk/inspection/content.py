"""Finds the format of an image, and what makes it dangerous.

An image is data of strangers: a header can name files of the host that opens
it. oslo.utils reads headers without believing them; this module hands it the
few pieces of an image that it needs.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
from typing import Any
from typing import BinaryIO

from oslo_utils.imageutils import format_inspector

#: Bytes from the front after which a format that hides is not looked for. What
#: is needed of VHDX lies within three MiB, of all others within one.
HEAD = 8 << 20
#: Bytes at the end that tell whether a streamed VMDK contradicts its header.
TAIL = 1536

#: Bytes of a file that are read at once.
_CHUNK = 1 << 16

#: Formats of Glance that nothing can be found out about.
OPAQUE = frozenset({'aki', 'ami', 'ari', 'ploop'})
#: What Glance calls raw, because it is one disk and nothing around it.
_RAW = frozenset({'raw', 'gpt'})
#: Disks that start from a stick and from a drive have both headers.
_HYBRID = frozenset({'iso', 'gpt'})

#: A check of oslo.utils that failed → our word for it.
_CODES = {
    'backing_file': 'backing_file',
    'data_file': 'data_file',
    'unknown_features': 'unknown_features',
    'descriptor': 'unsafe_vmdk',
    'footer': 'unsafe_vmdk',
    'banned': 'banned',
    'version': 'unsafe_luks',
}
#: Disks that no firmware starts from hurt nobody.
_HARMLESS = frozenset({'mbr', 'null', 'passphrase'})

#: ``read(offset, length)`` gives at most so many bytes, in pieces.
Read = Callable[[int, int], Iterable[bytes]]


@dataclasses.dataclass(frozen=True)
class Found:
    #: As Glance spells it; ``raw`` when nothing is recognized.
    format: str
    #: Bytes that a desktop will see; None when the header does not say.
    virtual_size: int | None = None
    #: Codes of what makes it unusable, see :data:`PROBLEMS`.
    problems: tuple[str, ...] = ()


_UNREADABLE = Found('raw', problems=('unreadable',))

#: All problems that there are.
PROBLEMS = (
    'backing_file',
    'banned',
    'data_file',
    'empty',
    'format_mismatch',
    'several_formats',
    'unknown_features',
    'unreadable',
    'unsafe_luks',
    'unsafe_vmdk',
)


def of_file(source: BinaryIO) -> Found:
    """Inspect a file, and leave it at its beginning.

    :param source: open for reading, and able to go to any place
    """

    def read(offset: int, length: int) -> Iterator[bytes]:
        source.seek(offset)
        while length > 0:
            piece = source.read(min(_CHUNK, length))
            if not piece:
                return
            length -= len(piece)
            yield piece

    size = source.seek(0, 2)
    try:
        return inspect(read, size)
    finally:
        source.seek(0)


def inspect(read: Read, size: int) -> Found:
    """Find out what an image is from its beginning and its end.

    :param read: called at most twice; its pieces are taken only as far as
        they are needed
    :param size: bytes of the whole
    """
    if not size:
        return Found('raw', problems=('empty',))
    source: Any = _pieces(read, size)
    # What reading it raises goes through: a Glance that is away says nothing
    # of the image.
    matches = _formats(format_inspector.InspectWrapper(source))
    try:
        return _found(matches, size)
    except Exception:
        # What breaks the one who reads it is not what anybody shall open.
        return _UNREADABLE


def judge(
    found: Found,
    disk_format: str | None,
    container_format: str | None,
    encrypted: bool = False,
) -> tuple[str, ...]:
    """What is wrong with an image, given what it is called.

    :param encrypted: Cinder wrote it as LUKS and calls that raw
    :returns: codes of :data:`PROBLEMS`
    """
    if container_format not in (None, 'bare'):
        # An archive; what is in it nobody opens as a disk.
        return tuple(code for code in found.problems if code == 'empty')
    if encrypted and found.format == 'luks':
        return found.problems
    told = 'raw' if disk_format in OPAQUE else disk_format
    if told is not None and told != found.format and found.problems == ():
        return ('format_mismatch',)
    return found.problems


def _pieces(read: Read, size: int) -> Iterator[bytes]:
    yield from read(0, min(size, HEAD))
    if size > HEAD:
        # Regions at the end are the last bytes that were seen, whatever was
        # left out before them.
        yield b''.join(read(size - TAIL, TAIL))


def _formats(wrapper: Any) -> list[Any]:
    """The inspectors that match, asked as early as they know."""
    for _piece in wrapper:
        if _known(wrapper):
            break
    wrapper.close()
    return _known(wrapper)


def _known(wrapper: Any) -> list[Any]:
    try:
        return list(wrapper.formats or ())
    except Exception:
        # A text that goes on as something else brings an inspector down.
        return []


def _found(matches: list[Any], size: int) -> Found:
    if not matches:
        return _UNREADABLE
    inspector = _choose({str(each): each for each in matches})
    if inspector is None:
        # One header within another: each reader sees another disk.
        return Found('raw', problems=('several_formats',))
    name = str(inspector)
    return Found(
        'raw' if name in _RAW else name,
        _virtual_size(inspector, size),
        _dangers(inspector),
    )


def _choose(by_name: dict[str, Any]) -> Any:
    """The one inspector that matches; None when several do."""
    if by_name.keys() == _HYBRID:
        return by_name['iso']
    return next(iter(by_name.values())) if len(by_name) == 1 else None


def _virtual_size(inspector: Any, size: int) -> int | None:
    if str(inspector) in _RAW:
        return size
    # Of LUKS it is what was read, less the header.
    return None if str(inspector) == 'luks' else inspector.virtual_size or None


def _dangers(inspector: Any) -> tuple[str, ...]:
    try:
        inspector.safety_check()
    except format_inspector.SafetyCheckFailed as error:
        codes = (
            _CODES.get(name.removeprefix('inner_'), 'unreadable')
            for name in error.failures
            if name.removeprefix('inner_') not in _HARMLESS
        )
        return tuple(sorted(set(codes)))
    return ()
