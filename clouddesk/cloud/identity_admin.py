"""Keystone as an operator uses it, with the operator's own credentials."""

from typing import Any

import openstack
from openstack import exceptions as sdk_exceptions

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.i18n import _

_SERVICE = 'Keystone'


def grant_member(
    os_cloud: str | None,
    project: str | None = None,
    domain: str | None = None,
    user: str = 'clouddesk',
    role: str = 'member',
    inherited: bool = False,
) -> str:
    """Let a user work in a project, or in all projects of a domain.

    Doing it again changes nothing.

    :param os_cloud: a name in clouds.yaml; ``None`` for ``OS_CLOUD`` and the
        other ``OS_*`` variables
    :param project: name or id
    :param domain: name or id; its projects of today and tomorrow
    :param inherited: the projects below ``project``, not itself
    :returns: what was done, for people
    :raises CloudError: Keystone does not allow it, or does not answer
    :raises CloudNotFound: one of the names is unknown
    """
    with errors.translated(_SERVICE):
        keystone: Any = openstack.connect(cloud=os_cloud).identity
        return _grant(
            keystone,
            ('domain', domain) if domain else ('project', project),
            _find(keystone, 'user', user),
            _find(keystone, 'role', role),
            inherited or bool(domain),
        )


def require_gone(os_cloud: str | None, project_id: str) -> None:
    """Refuse what is only right for a project that Keystone has forgotten.

    :param os_cloud: as for :func:`grant_member`
    :raises Conflict: Keystone knows it
    :raises CloudError: Keystone does not allow it, or does not answer
    """
    with errors.translated(_SERVICE):
        keystone: Any = openstack.connect(cloud=os_cloud).identity
        try:
            # Not a search: who may not see a project finds nothing.
            found = keystone.get_project(project_id)
        except sdk_exceptions.NotFoundException:
            return
    raise exceptions.Conflict(
        _(
            'Keystone still has project %(name)s; delete what is in it with '
            'openstack desktop.'
        ),
        {'project_id': found.id},
        name=found.name,
    )


def _grant(
    keystone: Any,
    target: tuple[str, str | None],
    user: Any,
    role: Any,
    inherited: bool,
) -> str:
    kind, name = target
    place = _find(keystone, kind, name)
    has = getattr(keystone, 'validate_user_has_%s_role' % kind)
    assign = getattr(keystone, 'assign_%s_role_to_user' % kind)
    words = {
        'user': user.name,
        'role': role.name,
        'place': '%s %s' % (kind, place.name),
    }
    if inherited:
        words['place'] = _('the projects of %s') % words['place']
    if has(place, user, role, inherited=inherited):
        return (
            _('%(user)s has the role %(role)s in %(place)s already.') % words
        )
    assign(place, user, role, inherited=inherited)
    # openstacksdk does not tell whether Keystone refused.
    if not has(place, user, role, inherited=inherited):
        raise exceptions.CloudForbidden(
            service=_SERVICE,
            reason=_('you may not assign roles in %s.') % words['place'],
        )
    return _('%(user)s got role %(role)s in %(place)s.') % words


def _find(keystone: Any, kind: str, name: str | None) -> Any:
    found = getattr(keystone, 'find_%s' % kind)(name)
    if found is None:
        raise exceptions.CloudNotFound(kind=kind, id=name)
    return found
