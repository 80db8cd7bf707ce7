"""Every error that clouddesk raises on purpose.

An error carries three things: the HTTP status that the API answers with, a
code that never changes between releases, and a message for people. The
``details`` say which field and which limit were meant; they are part of the
API.
"""

from typing import Any

from clouddesk import i18n
from clouddesk.i18n import _

#: What the words that messages have in ``kind`` are called.
_KINDS = {
    'course': _('course'),
    'desktop': _('desktop'),
    'flavor': _('flavor'),
    'group': _('group'),
    'image': _('image'),
    'image build': _('image build'),
    'network': _('network'),
    'pool': _('pool'),
    'project': _('project'),
    'server': _('server'),
    'template': _('template'),
    'user': _('user'),
    'volume': _('volume'),
    'work order': _('work order'),
}


class ClouddeskError(Exception):
    """Base of all errors; 500 because an unplanned error is a bug."""

    status = 500
    code = 'internal_error'
    message = _('An unexpected error occurred.')

    def __init__(
        self,
        message: str | None = None,
        details: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if 'kind' in kwargs:
            kwargs['kind'] = _KINDS.get(kwargs['kind'], kwargs['kind'])
        self.details = details or {}
        #: What oslo.messaging makes the error from again on the other side.
        self.kwargs: dict[str, Any] = {'details': self.details}
        self.text = (
            (message or self.message) % kwargs
            if kwargs
            else (message or self.message)
        )
        super().__init__(self.text)


class Invalid(ClouddeskError):
    status = 400
    code = 'invalid'
    message = _('The request is not valid.')


class Forbidden(ClouddeskError):
    status = 403
    code = 'forbidden'
    message = _('Your roles do not allow %(rule)s.')


class NotFound(ClouddeskError):
    status = 404
    code = 'not_found'
    message = _('The %(kind)s %(id)s was not found.')


class Conflict(ClouddeskError):
    status = 409
    code = 'conflict'
    message = _('The request conflicts with the present state.')


class DesktopBusy(Conflict):
    """Another work order holds the desktop."""

    code = 'desktop_busy'
    message = _(
        'Desktop %(name)s is held by work order %(work_order)s; wait for '
        'it, or cancel it.'
    )


class DesktopWrongState(Conflict):
    code = 'desktop_wrong_state'
    message = _(
        'Desktop %(name)s is %(status)s; %(action)s needs %(allowed)s.'
    )


class DesktopLocked(Conflict):
    """A manager keeps everybody from using the desktop."""

    code = 'desktop_locked'
    message = _('Desktop %(name)s is locked: %(reason)s.')


class DesktopProtected(Conflict):
    """An admin keeps everybody from deleting the desktop."""

    code = 'desktop_protected'
    message = _(
        'Desktop %(name)s is protected; an admin can lift the protection.'
    )


class DesktopInBuild(Conflict):
    """An image is made on the desktop."""

    code = 'desktop_in_build'
    message = _(
        'Image build %(build)s is made on desktop %(name)s; delete the build, '
        'and the desktop goes with it.'
    )


class ImageBuildWrongState(Conflict):
    code = 'image_build_wrong_state'
    message = _(
        'Image build %(name)s is %(status)s; %(action)s needs %(allowed)s.'
    )


class ImageBuildActivated(ImageBuildWrongState):
    message = _(
        'The image of image build %(name)s is ready; %(action)s comes too '
        'late. Change the image itself.'
    )


class PoolBusy(Conflict):
    code = 'pool_busy'
    message = _(
        'Pool %(name)s is held by work order %(work_order)s; wait for it, '
        'or cancel it.'
    )


class PoolByHand(Conflict):
    """People do not take desktops of the pool; they are given to them."""

    code = 'pool_by_hand'
    message = _(
        'The desktops of pool %(name)s are assigned by hand; ask its teacher '
        'for one.'
    )


class PoolExhausted(Conflict):
    code = 'pool_exhausted'
    message = _('No desktop of pool %(name)s is free.')


class AlreadyAssigned(Conflict):
    """Nobody has two desktops of one pool."""

    code = 'already_assigned'
    message = _('The %(type)s %(id)s has another desktop of the same pool.')


class NameTaken(Conflict):
    code = 'name_taken'
    message = _('The name %(name)s is taken by another %(kind)s.')


class TemplateInUse(Conflict):
    code = 'template_in_use'
    message = _('Template %(name)s is used by %(users)s.')


class TemplateChanged(Conflict):
    """Somebody edited it since it was read."""

    code = 'template_changed'
    message = _(
        'Template %(name)s has revision %(revision)s now; look at it and '
        'edit it again.'
    )


class CourseBusy(Conflict):
    code = 'course_busy'
    message = _(
        'Course %(name)s is %(status)s; wait until that is over, or cancel '
        'work order %(work_order)s.'
    )


class CourseInSession(Conflict):
    code = 'course_in_session'
    message = _(
        'Course %(name)s is %(status)s; end it first, or delete its pool '
        'with it.'
    )


class ImageGone(Conflict):
    """What a course, pool or desktop is made from cannot be used (I14)."""

    code = 'image_gone'
    message = _('Image %(image)s of %(name)s %(reason)s; nothing was begun.')

    @classmethod
    def of(
        cls, name: str, image_id: str, reason: str, image: str = ''
    ) -> 'ImageGone':
        """
        :param name: of the course, pool or desktop
        :param reason: such as "is gone"
        :param image: its name, if it is known
        """
        return cls(
            details={'image_id': image_id},
            name=name,
            image=image or image_id,
            reason=reason,
        )


class ImageBusy(Conflict):
    """A work order holds the image."""

    code = 'image_busy'
    message = _(
        'Image %(name)s is held by work order %(work_order)s; wait for it, '
        'or cancel it.'
    )


class ImageInUse(Conflict):
    """Something refers to an image that is to be deleted (H14)."""

    code = 'image_in_use'
    message = _(
        'Image %(name)s is used by %(users)s; retire it, and it goes when '
        'its last user is gone.'
    )


class ImageInUseByStore(Conflict):
    """Glance keeps an image because of what was made from it (H14)."""

    code = 'image_in_use'
    message = _(
        'Image %(name)s is in use in its store; retire it, and it goes when '
        'its last user is gone. %(reason)s'
    )


class ImageProtected(Conflict):
    code = 'image_protected'
    message = _(
        'Image %(name)s is protected; lift the protection, or delete the '
        'course that set it.'
    )


class ImagePublic(Conflict):
    """Public images belong to everybody (S4)."""

    code = 'image_public'
    message = _('Image %(name)s is public; tenants never delete those.')


class ImageForeign(Forbidden):
    """It can be seen, but is another project's."""

    code = 'image_foreign'
    message = _('Image %(name)s belongs to another project.')


class ImageWrongState(Conflict):
    code = 'image_wrong_state'
    message = _('Image %(name)s is %(status)s; %(action)s needs %(allowed)s.')


class WorkOrderWrongState(Conflict):
    code = 'work_order_wrong_state'
    message = _(
        '%(action)s needs a work order that is %(allowed)s; refused for '
        '%(refused)s.'
    )


class OverQuota(Forbidden):
    """A project may not have so much; nothing was made."""

    code = 'over_quota'
    message = _('More than the project may have: %(reasons)s')

    @classmethod
    def naming(cls, refusals: list[dict[str, Any]]) -> 'OverQuota':
        """The error for what was refused, each as :meth:`refusal` has it."""
        reasons = i18n.chain(
            (each['message'] for each in refusals), _('%(one)s %(other)s')
        )
        return cls(details={'refusals': refusals}, reasons=reasons)

    @staticmethod
    def refusal(
        service: str,
        resource: str,
        needed: int,
        free: int | None,
        limit: int | None,
    ) -> dict[str, Any]:
        """What there is too little of.

        :param service: its type in the catalogue
        """
        return {
            'kind': 'over_quota',
            'service': service,
            'resource': resource,
            'needed': needed,
            'free': free,
            'limit': limit,
            'message': _(
                '%(needed)s %(resource)s of %(service)s are needed, '
                '%(free)s are free.'
            )
            % {
                'needed': _measured(needed, resource),
                'resource': resource,
                'service': service,
                'free': _measured(free, resource),
            },
        }


def _measured(number: int | None, resource: str) -> str:
    """With the unit of a quota, where its name does not tell that."""
    if resource in ('ram', 'image_size_total'):
        return '%s MiB' % number
    # Volume types have some of their own.
    return '%s%s' % (number, ' GiB' if 'gigabytes' in resource else '')


class TooManyRequests(ClouddeskError):
    status = 429
    code = 'too_many_requests'
    message = _('Too many requests; try again in %(seconds)s seconds.')


class ServiceUnavailable(ClouddeskError):
    status = 503
    code = 'service_unavailable'
    message = _('%(service)s does not answer; try again later.')


class LeaseLost(ClouddeskError):
    """Another worker holds the work order now; stop without a trace."""

    code = 'lease_lost'
    message = _('The lease on work order %(id)s is held by another worker.')


class CloudError(ClouddeskError):
    """An OpenStack service refused or failed a call.

    ``transient`` tells whether the same call may succeed later, ``answered``
    is the HTTP status, where there was an answer that is told by no class.
    """

    status = 502
    code = 'cloud_error'
    message = _('%(service)s answered: %(reason)s')

    def __init__(
        self,
        *args: Any,
        transient: bool = False,
        answered: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.answered = answered
        self.transient = transient
        self.kwargs['transient'] = transient


class CloudNotFound(CloudError):
    code = 'cloud_not_found'
    message = _('%(kind)s %(id)s does not exist or is not visible to you.')


class CloudConflict(CloudError):
    code = 'cloud_conflict'


class CloudQuotaExceeded(CloudError):
    code = 'cloud_quota_exceeded'


class CloudForbidden(CloudError):
    code = 'cloud_forbidden'


class BuildFailed(ClouddeskError):
    """Nova put the server of a desktop into ERROR."""

    code = 'build_failed'
    message = _('Nova could not build the server: %(reason)s')


class ServerGone(ClouddeskError):
    """Somebody removed the server of a desktop behind our back."""

    status = 409
    code = 'server_gone'
    message = _(
        'The server of the desktop is gone from Nova; retry builds it anew, '
        'delete removes what is left.'
    )


class PowerFailed(ClouddeskError):
    code = 'power_failed'
    message = _('The server is %(status)s instead of %(wanted)s: %(reason)s')


class NoOtherHost(Conflict):
    """A desktop cannot move, because there is nowhere to go."""

    code = 'no_other_host'
    message = _(
        'Desktop %(name)s is on host %(host)s; zone %(zone)s has no other '
        'host that is enabled and up.'
    )


class MigrationFailed(ClouddeskError):
    code = 'migration_failed'
    message = _('The server is still on host %(host)s: %(reason)s')


class ReattachFailed(ClouddeskError):
    """The server of a desktop does not take its port."""

    code = 'reattach_failed'
    message = _(
        'The server does not take its port: %(reason)s Repair again when it '
        'is running or off, or rebuild the desktop, which loses its disk.'
    )


class CaptureFailed(ClouddeskError):
    """A disk did not become an image."""

    code = 'capture_failed'
    message = _('The disk did not become an image: %(reason)s')


class RemovalFailed(ClouddeskError):
    code = 'removal_failed'
    message = _('%(service)s could not remove its part: %(reason)s')


class WaitTimeout(ClouddeskError):
    code = 'wait_timeout'
    message = _('%(what)s did not happen within %(seconds)s seconds.')


class TooManyFailures(ClouddeskError):
    code = 'too_many_failures'
    message = _(
        'Not started: %(count)s builds of this work order failed one after '
        'another.'
    )
