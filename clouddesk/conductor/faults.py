"""From an error to what people read in a work order and on a desktop."""

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import models
from clouddesk.i18n import _

_ENABLE = 'clouddesk-manage project enable'


#: By what the items are about: what became of a lost one, and of several.
_WORDS = {
    flows.DESKTOP: (
        _('The desktop was not found.'),
        _('%(failed)d of %(total)d desktops failed. %(name)s: %(reason)s'),
    ),
    flows.IMAGE: (
        _('The image was not found.'),
        _('%(failed)d of %(total)d images failed. %(name)s: %(reason)s'),
    ),
}


def describe(error: Exception, project_id: str) -> tuple[str, str]:
    """The stable code and the text of an error."""
    if not isinstance(error, exceptions.ClouddeskError):
        error = exceptions.ClouddeskError()
    text = error.text
    if isinstance(error, exceptions.CloudForbidden) and _ENABLE not in text:
        text = _forbidden(text, project_id)
    return error.code, text


def remembered(item: models.WorkItem) -> exceptions.ClouddeskError | None:
    """What an item failed with that was still to go back, if it was."""
    if item.status != states.ITEM_WORKING or item.fault_code is None:
        return None
    error = exceptions.ClouddeskError(item.fault_message)
    error.code = item.fault_code
    return error


def summary(
    order: models.WorkOrder, failed: list[models.WorkItem]
) -> tuple[str, str]:
    """What an order says about its failed items: how many, and the first."""
    first = failed[0]
    code = first.fault_code or exceptions.NotFound.code
    missing, several = _WORDS[first.subject_type]
    reason = first.fault_message or missing
    if len(order.items) == 1:
        return code, reason
    return code, several % {
        'failed': len(failed),
        'total': len(order.items),
        'name': first.subject_name,
        'reason': reason,
    }


def _forbidden(text: str, project_id: str) -> str:
    return _(
        '%(text)s. The service user needs its role in the project: '
        '%(command)s %(project)s'
    ) % {'text': text.rstrip('.'), 'command': _ENABLE, 'project': project_id}
