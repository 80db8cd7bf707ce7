"""Names on the command line, turned into the things that they name."""

import argparse
from collections.abc import Callable
import re
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.sdk import exceptions

#: Of Keystone's own people, and of those of a directory.
_ID = re.compile('[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4,12}){4}')


def add_desktop_argument(parser: argparse.ArgumentParser) -> None:
    """Add the desktop that a command is about."""
    parser.add_argument(
        'desktop', metavar='<desktop>', help=_('Desktop (name or ID)')
    )


def add_pool_argument(parser: argparse.ArgumentParser) -> None:
    """Add the pool that a command is about."""
    parser.add_argument('pool', metavar='<pool>', help=_('Pool (name or ID)'))


def desktop(client: Any, name: str) -> Any:
    """One desktop by name or id.

    :raises: CommandError when none or several have the name
    """
    return desktops(client, [name])[0]


def desktops(client: Any, names: list[str]) -> list[Any]:
    """Desktops by name or id, each once, in the order given.

    :raises: CommandError naming everything that was not found
    """
    return _all(client.find_desktop, names, _('desktop'))


def pool(client: Any, name: str) -> Any:
    """One pool by name or id."""
    return pools(client, [name])[0]


def pools(client: Any, names: list[str]) -> list[Any]:
    """Pools by name or id, each once, in the order given."""
    return _all(client.find_pool, names, _('pool'))


def course(client: Any, name: str) -> Any:
    """One course by name or id."""
    return courses(client, [name])[0]


def courses(client: Any, names: list[str]) -> list[Any]:
    """Courses by name or id, each once, in the order given."""
    return _all(client.find_course, names, _('course'))


def template(client: Any, name: str) -> Any:
    """One template by name or id."""
    return templates(client, [name])[0]


def templates(client: Any, names: list[str]) -> list[Any]:
    """Templates by name or id, each once, in the order given."""
    return _all(client.find_template, names, _('template'))


def image_build(client: Any, name: str) -> Any:
    """One image build by name or id."""
    return image_builds(client, [name])[0]


def image_builds(client: Any, names: list[str]) -> list[Any]:
    """Image builds by name or id, each once, in the order given."""
    return _all(client.find_image_build, names, _('image build'))


def images(client: Any, names: list[str]) -> list[Any]:
    """Images as clouddesk shows them, by name or id, each once, in order."""
    return _all(client.find_image, names, _('image'))


def image(connection: Any, name: str) -> str:
    """The id of an image by name or id."""
    return _one(connection.image.find_image, name, _('image')).id


def shared_image(client: Any, connection: Any, name: str) -> Any:
    """An image of this name that another project shares; None if none does.

    Whatever this project has said to it.

    :raises: CommandError when several have the name
    """
    if not name.strip():
        return None
    listed = client.images(
        name=name, visibility='shared', member_status='all', status='all'
    )
    own = connection.current_project_id
    found = [each for each in listed if each.owner != own]
    if len(found) > 1:
        raise _several(name, _('image'))
    return found[0] if found else None


def volume(connection: Any, name: str) -> str:
    """The id of a volume by name or id."""
    return _one(connection.block_storage.find_volume, name, _('volume')).id


def flavor(connection: Any, name: str) -> str:
    """The id of a flavor by name or id."""
    return _one(connection.compute.find_flavor, name, _('flavor')).id


def network(connection: Any, name: str) -> str:
    """The id of a network by name or id."""
    return _one(connection.network.find_network, name, _('network')).id


def project(connection: Any, name: str) -> str:
    """The id of a project by name or id."""
    return _known(connection.identity.find_project, name, _('project'))


def user(connection: Any, name: str) -> str:
    """The id of a user by name or id."""
    return _known(connection.identity.find_user, name, _('user'))


def group(connection: Any, name: str) -> str:
    """The id of a group by name or id."""
    return _known(connection.identity.find_group, name, _('group'))


def person(connection: Any, name: str) -> str:
    """The id of a user or of a group by name or id.

    An id is not looked up: whom it belonged to may have gone.

    :raises: CommandError when nobody has the name, a user and a group have
        it, or Keystone does not tell
    """
    if _ID.fullmatch(name):
        return name
    identity = connection.identity
    try:
        found = [
            each
            for each in (
                _match(identity.find_user, name, _('user')),
                _match(identity.find_group, name, _('group')),
            )
            if each is not None
        ]
    except exceptions.ForbiddenException:
        raise osc_exceptions.CommandError(
            _('You may not look people up by name; give an id.')
        ) from None
    if len(found) == 1:
        return str(found[0].id)
    message = _('There is no user and no group with the name %s.')
    if found:
        message = _('A user and a group have the name %s; give an id.')
    raise osc_exceptions.CommandError(message % text.one_line(name))


def _known(find: Callable[..., Any], name: str, noun: str) -> str:
    """Who may not read such things can still give an id."""
    try:
        return _one(find, name, noun).id
    except exceptions.ForbiddenException:
        return name


def _all(find: Callable[..., Any], names: list[str], noun: str) -> list[Any]:
    found: dict[str, Any] = {}
    missing = []
    for name in names:
        match = _match(find, name, noun)
        if match is None:
            missing.append(text.one_line(name))
        else:
            found.setdefault(match.id, match)
    if missing:
        raise osc_exceptions.CommandError(
            _('No %(noun)s found for: %(names)s')
            % {'noun': noun, 'names': ', '.join(missing)}
        )
    return list(found.values())


def _one(find: Callable[..., Any], name: str, noun: str) -> Any:
    return _all(find, [name], noun)[0]


def _match(find: Callable[..., Any], name: str, noun: str) -> Any:
    # An empty name would ask for the whole list.
    if not name.strip():
        return None
    try:
        return find(name, ignore_missing=False)
    except exceptions.NotFoundException:
        return None
    except exceptions.DuplicateResource:
        raise _several(name, noun) from None


def _several(name: str, noun: str) -> Exception:
    return osc_exceptions.CommandError(
        _('Several have the name %(name)s; give the id of the %(noun)s.')
        % {'noun': noun, 'name': text.one_line(name)}
    )
