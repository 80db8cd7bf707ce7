"""Files on the computer of the one who gives the command."""

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
