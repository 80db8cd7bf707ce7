"""Errors of the API as one clean line."""

from keystoneauth1 import exceptions as auth_exceptions
from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.sdk import exceptions

_SERVER_ERROR = 500

#: What calls raise; those of the way to a service pass through the SDK.
RAISED = (exceptions.SDKException, auth_exceptions.ClientException)


def command_error(error: Exception) -> Exception:
    """The error that the shell prints in place of one of a call."""
    return osc_exceptions.CommandError(text.one_line(message(error)))


def message(error: Exception) -> str:
    """What the service said, without the URL and the class of the error."""
    if not isinstance(error, exceptions.HttpException):
        return str(getattr(error, 'message', '') or error)
    said = str(error.details or error.message)
    if (error.status_code or 0) < _SERVER_ERROR:
        return said
    return _('%(said)s (HTTP %(status)s, %(request)s)') % {
        'said': said,
        'status': error.status_code,
        'request': error.request_id or _('no request id'),
    }
