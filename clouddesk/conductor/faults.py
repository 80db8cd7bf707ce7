"""From an error to what people read in a work order and on a desktop."""

from clouddesk import exceptions
from clouddesk.db import models
from clouddesk.i18n import _

_ENABLE = 'clouddesk-manage project enable'


def describe(error: Exception, project_id: str) -> tuple[str, str]:
    """The stable code and the text of an error."""
    if not isinstance(error, exceptions.ClouddeskError):
        error = exceptions.ClouddeskError()
    text = error.text
    if isinstance(error, exceptions.CloudForbidden) and _ENABLE not in text:
        text = _forbidden(text, project_id)
    return error.code, text


def summary(
    order: models.WorkOrder, failed: list[models.WorkItem]
) -> tuple[str, str]:
    """What an order says about its failed items: how many, and the first."""
    first = failed[0]
    code = first.fault_code or exceptions.NotFound.code
    reason = first.fault_message or _('The desktop was not found.')
    if len(order.items) == 1:
        return code, reason
    return code, _(
        '%(failed)d of %(total)d desktops failed. %(name)s: %(reason)s'
    ) % {
        'failed': len(failed),
        'total': len(order.items),
        'name': first.desktop_name,
        'reason': reason,
    }


def _forbidden(text: str, project_id: str) -> str:
    return _(
        '%(text)s. The service user needs its role in the project: '
        '%(command)s %(project)s'
    ) % {'text': text.rstrip('.'), 'command': _ENABLE, 'project': project_id}
