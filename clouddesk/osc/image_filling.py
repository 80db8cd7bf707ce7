"""Fills an image with bytes; what comes to nothing is not left behind.

A CommandError says that the bytes did not come, or are no good. Whatever else
goes wrong is the way to them, and no reason to throw them away.
"""

from collections.abc import Iterator
import contextlib
import logging
import signal
import sys
import threading
import time
from typing import Any
from typing import BinaryIO
from typing import NoReturn

from osc_lib import exceptions as osc_exceptions

from clouddesk.inspection import content
from clouddesk.osc import command
from clouddesk.osc import errors
from clouddesk.osc import image_transfer
from clouddesk.osc import text
from clouddesk.osc.i18n import _

#: Seconds between two looks at an import.
INTERVAL = 1

_PROBLEMS = {
    'backing_file': _('it has a backing file'),
    'banned': _('nobody uses its format'),
    'data_file': _('its data are in another file'),
    'empty': _('it has no bytes'),
    'format_mismatch': _('it is %(format)s, not %(told)s'),
    'several_formats': _('it is several formats at once'),
    'unknown_features': _('it needs features of qcow2 that are not known'),
    'unreadable': _('its header contradicts itself'),
    'unsafe_luks': _('it is encrypted in a way that is not known'),
    'unsafe_vmdk': _('it is a VMDK of several files, or names others'),
}


def inspected(
    path: str, source: BinaryIO, told: str | None, container: str | None
) -> str:
    """What Glance calls the format of a file, found from its content.

    :param told: what it is called
    :raises: CommandError when it is something else, or dangerous
    """
    # What is wrong is told below, once and in the language of the shell.
    logging.getLogger('oslo_utils.imageutils').setLevel(logging.CRITICAL)
    found = content.of_file(source)
    problems = content.judge(found, told, container)
    if problems:
        values = {'format': found.format, 'told': told}
        why = ', '.join(_PROBLEMS[code] for code in problems) % values
        raise osc_exceptions.CommandError(
            _('%(path)s is refused: %(why)s. Nothing was made.')
            % {'path': text.one_line(path), 'why': why}
        )
    return told or found.format


@contextlib.contextmanager
def undone(transfer: image_transfer.Transfer, image_id: str) -> Iterator[None]:
    """Delete a new image that comes to nothing inside; tells what was done.

    :raises: CommandError, or Left on Ctrl-C and SIGTERM
    """
    try:
        with _stoppable():
            yield
    except command.Left:
        raise
    except KeyboardInterrupt:
        raise command.Left(_undo(transfer, image_id)) from None
    except osc_exceptions.CommandError as error:
        raise _failed(error, _undo(transfer, image_id)) from error
    except Exception as error:
        raise _failed(error, _still_there(image_id)) from error


@contextlib.contextmanager
def left_waiting(client: Any, image: Any) -> Iterator[None]:
    """Say what an image is when it is not filled inside.

    :param image: as it was before
    :raises: CommandError, or Left on Ctrl-C and SIGTERM
    """
    try:
        with _stoppable():
            yield
    except command.Left:
        raise
    except KeyboardInterrupt:
        raise command.Left(_became(client, image)) from None
    except osc_exceptions.CommandError as error:
        said = _became(client.patient(), image, error, is_spoilt=True)
        raise _failed(error, said) from error
    except Exception as error:
        raise _failed(error, _became(client, image, error)) from error


def upload(
    client: Any,
    transfer: image_transfer.Transfer,
    image_id: str,
    source: BinaryIO,
    size: int,
    store: str | None = None,
) -> Any:
    """Send a file, and prove that it has arrived.

    :returns: the image
    """
    lost = None
    try:
        digest = transfer.upload(image_id, source, size, store)
    except image_transfer.Unanswered as error:
        lost, digest = error, error.digest
    image = client.patient().get_image(image_id)
    if lost is not None and image.status != 'active':
        _raise_lost(lost, image.status)
    checksum = image.checksum or {}
    algorithm = checksum.get('algorithm') or image_transfer.ALGORITHM
    if algorithm != image_transfer.ALGORITHM:
        digest = image_transfer.file_digest(source, algorithm)
    if image.size != size or checksum.get('value') != digest:
        raise osc_exceptions.CommandError(
            _(
                'What Glance has is not what was sent: %(has)s bytes of '
                '%(size)s, %(algorithm)s %(checksum)s instead of %(digest)s.'
            )
            % {
                'has': image.size,
                'size': size,
                'algorithm': algorithm,
                'checksum': checksum.get('value'),
                'digest': digest,
            }
        )
    return image


def _raise_lost(lost: Exception, status: str) -> NoReturn:
    if status == 'queued':
        raise osc_exceptions.CommandError(str(lost)) from lost
    # Glance is still at it.
    raise lost


def stage(
    client: Any,
    transfer: image_transfer.Transfer,
    image_id: str,
    source: BinaryIO,
    size: int,
) -> None:
    """Send a file to where Glance imports from, and let it begin."""
    transfer.stage(image_id, source, size)
    staged = client.patient().get_image(image_id)
    if staged.size not in (None, size):
        raise osc_exceptions.CommandError(
            _('Glance has %(has)s bytes of %(size)s.')
            % {'has': staged.size, 'size': size}
        )
    client.import_image(image_id, 'glance-direct')


def follow(client: Any, image_id: str, quiet: bool) -> Any:
    """Wait until Glance has imported an image.

    :returns: the image
    :raises: CommandError when it comes to nothing; Left on Ctrl-C, after
        which Glance goes on
    """
    said = None
    client = client.patient()
    try:
        while True:
            image = client.get_image(image_id)
            if image.status != said and not quiet:
                said = image.status
                print(said, file=sys.stderr, flush=True)
            if image.status in ('active', 'deactivated'):
                return image
            _raise_failure(client, image)
            time.sleep(INTERVAL)
    except KeyboardInterrupt:
        raise command.Left(
            _(
                'Glance goes on with image %(id)s. Look at it with:\n'
                '    openstack desktop image show %(id)s'
            )
            % {'id': image_id}
        ) from None


def check(client: Any, image_id: str) -> None:
    """Let clouddesk look at what Glance has.

    :raises: CommandError when it is refused
    """
    found = client.patient().check_image(image_id)
    if found['status'] == 'refused':
        raise osc_exceptions.CommandError(text.one_line(found['message']))


def _raise_failure(client: Any, image: Any) -> None:
    if image.status not in ('queued', 'uploading'):
        return
    tasks = client.image_imports(image.id)
    if tasks and tasks[0]['status'] == 'failure':
        raise osc_exceptions.CommandError(
            _('Glance could not import it: %s')
            % text.one_line(tasks[0]['message'] or '-')
        )


def _undo(transfer: image_transfer.Transfer, image_id: str) -> str:
    """Delete an image, and say how that went."""
    if transfer.delete(image_id):
        return _('Image %s was deleted; nothing is left of it.') % image_id
    return _(
        'Image %(id)s could not be deleted. Do that with:\n'
        '    openstack image delete %(id)s'
    ) % {'id': image_id}


def _still_there(image_id: str) -> str:
    return _(
        'Image %(id)s was not deleted. What became of it is told by:\n'
        '    openstack desktop image show %(id)s\n'
        'When it is active, look into it with:\n'
        '    openstack desktop image check %(id)s'
    ) % {'id': image_id}


def _became(
    client: Any,
    before: Any,
    error: Exception | None = None,
    is_spoilt: bool = False,
) -> str:
    """Say what became of an image.

    :param error: what went wrong; None is that somebody stopped it
    :param is_spoilt: what it got is no good; nobody shall use it
    """
    try:
        status = client.get_image(before.id).status
    except Exception:
        return _still_there(before.id)
    if status == before.status:
        said = _('Image %(name)s (%(id)s) is as it was; try again.')
        if image_transfer.is_refusal(error):
            said = _('Image %(name)s (%(id)s) is as it was.')
        name = text.one_line(before.name or before.id)
        return said % {'name': name, 'id': before.id}
    if status == 'deactivated' or (status == 'active' and is_spoilt):
        return _out_of_use(client, before.id)
    return _still_there(before.id)


def _out_of_use(client: Any, image_id: str) -> str:
    """Deactivate an image, and say how that went."""
    try:
        client.deactivate_image(image_id)
    except Exception:
        return _(
            'Image %(id)s could not be deactivated: do not use it. Delete it '
            'with:\n'
            '    openstack image delete %(id)s'
        ) % {'id': image_id}
    return _(
        'Image %(id)s is deactivated: nobody can use it. Delete it with:\n'
        '    openstack image delete %(id)s'
    ) % {'id': image_id}


def _failed(error: Exception, what: str) -> Exception:
    said = str(error)
    if not isinstance(error, osc_exceptions.CommandError):
        said = text.one_line(errors.message(error))
    return osc_exceptions.CommandError('%s\n%s' % (said, what))


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Whoever ends the command politely gets it tidied up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_given: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
