"""Checks what a request refers to, with the rights of the one who asks.

Everything is looked at before anything is made: an image that cannot be
used, or does not fit the flavor, is a bad field of the request.
"""

import math
from typing import Any

from clouddesk import cloud
from clouddesk import context as cd_context
from clouddesk import exceptions
from clouddesk import first_boot
from clouddesk import states
from clouddesk.api import answers
from clouddesk.api import data_disks
from clouddesk.api import logins
from clouddesk.cloud import types
from clouddesk.conf import CONF
from clouddesk.db.api import images
from clouddesk.i18n import _

_GIB = 1024**3

answering = answers.answering


def resolve(
    context: cd_context.RequestContext,
    wanted: dict[str, Any],
    dry_run: bool = False,
) -> dict[str, Any]:
    """What desktops will be made from, complete and proved usable.

    :param wanted: ``image_id``, ``flavor_id`` and what else was given of
        ``network_id``, ``boot_from``, ``volume_size``, …
    :param dry_run: only look; no password is put away
    :returns: the columns of a desktop or pool, with ``vcpus``, ``ram`` (MiB)
        and ``disk`` (GiB) of one desktop
    :raises Invalid: names the field that is wrong
    :raises ServiceUnavailable: a service does not answer
    """
    user = cloud.for_user(context)
    boot_from = _boot_from(user, wanted)
    _check_first_boot(wanted)
    flavor, image, network_id, outside, zone = answers.together(
        lambda: _flavor(user, wanted['flavor_id']),
        lambda: _image(user, wanted['image_id']),
        lambda: _network(user, context, wanted.get('network_id')),
        lambda: _outside(user, wanted.get('floating_network_id')),
        lambda: _zone(user, wanted.get('availability_zone')),
    )
    _check_usable(image)
    _check_fit(image, flavor)
    spec = {
        'note': wanted.get('note', ''),
        'image_id': image.id,
        'flavor_id': flavor.id,
        'network_id': network_id,
        'boot_from': boot_from,
        **_disk(boot_from, wanted.get('volume_size'), image, flavor),
        'data_disks': data_disks.resolve(user, wanted, image),
        'availability_zone': zone,
        'vcpus': flavor.vcpus,
        'ram': flavor.ram,
        'floating_network_id': outside,
        'remote_protocols': sorted(wanted.get('remote_protocols', ())),
        'components': wanted.get('components', []),
        'user_data': wanted.get('user_data'),
        'keep_running': wanted.get('keep_running', CONF.desktop.keep_running),
        **logins.resolve(user, wanted.get('login'), image),
    }
    if not dry_run:
        # Last, because a request that is refused must leave nothing.
        spec |= logins.keep(str(context.project_id), wanted.get('login'))
    return spec


def project_name(
    context: cd_context.RequestContext, template: str, project_id: str
) -> str:
    """The name of a project, looked up only when a template shows it."""
    if '{project' not in template:
        return ''
    if project_id == context.project_id and context.project_name:
        return context.project_name
    with answers.answering('name_template'):
        return cloud.for_user(context).identity.project_name(project_id)


def _boot_from(user: cloud.Cloud, wanted: dict[str, Any]) -> str:
    boot_from: str = wanted.get('boot_from', 'image')
    if boot_from == 'image' and 'volume_size' in wanted:
        raise answers.bad(
            'volume_size', _('volume_size needs boot_from volume.')
        )
    if boot_from == 'volume' and not user.volume.is_offered():
        raise answers.bad(
            'boot_from', _('boot_from: this cloud has no volumes.')
        )
    return boot_from


def _check_first_boot(wanted: dict[str, Any]) -> None:
    login = wanted.get('login', {})
    first_boot.check(
        wanted.get('user_data'),
        wanted.get('components', ()),
        login and first_boot.Account(login['user'], login.get('public_key')),
    )


def _flavor(user: cloud.Cloud, flavor_id: str) -> types.Flavor:
    with answers.answering('flavor_id'):
        flavor = user.compute.get_flavor(flavor_id)
    if flavor.id != flavor_id:
        raise answers.bad(
            'flavor_id',
            _('flavor_id must be an id; flavor %(name)s has %(id)s.')
            % {'name': flavor_id, 'id': flavor.id},
        )
    return flavor


def _image(user: cloud.Cloud, image_id: str) -> types.Image:
    with answers.answering('image_id'):
        image: types.Image = user.image.get(image_id)
    return image


def _check_usable(image: types.Image) -> None:
    """Whether it is one that servers are made of."""
    reason = _unusable(image)
    if reason is not None:
        raise answers.bad(
            'image_id',
            _(
                'image_id: image %(name)s (%(id)s) %(reason)s; it must be '
                'active.'
            )
            % {'name': image.name or '', 'id': image.id, 'reason': reason},
        )
    if image.kind == states.DATA:
        raise answers.bad(
            'image_id',
            _(
                'image_id: image %s is of kind data; desktops need a system '
                'disk.'
            )
            % image.id,
        )


def require_image(
    context: cd_context.RequestContext, image_id: str, name: str
) -> None:
    """Refuse what is made from an image that cannot be used any more.

    :param name: of what has it in its spec
    :raises ImageGone: names the image
    """
    user = cloud.for_user(context)
    with answers.answering('image_id'):
        try:
            image = user.image.get(image_id)
        except exceptions.CloudNotFound:
            gone = _('is gone')
            raise exceptions.ImageGone.of(name, image_id, gone) from None
    reason = _unusable(image)
    if reason is not None:
        raise exceptions.ImageGone.of(name, image_id, reason, image.name or '')


def _unusable(image: types.Image) -> str | None:
    """Why servers cannot be made of an image; None when they can."""
    if image.status == 'active':
        return None
    row = images.find(image.id)
    if row is not None and row.retired_at is not None:
        return _('is retired (restore takes it back into use)')
    return _('is %s') % image.status


def _check_fit(image: types.Image, flavor: types.Flavor) -> None:
    """Whether servers of the flavor can run the image (M10)."""
    if image.min_ram > flavor.ram:
        raise _too_small('flavor_id', 'RAM', 'MiB', flavor.ram, image.min_ram)
    if image.min_vcpus is not None and image.min_vcpus > flavor.vcpus:
        raise exceptions.Invalid(
            _('flavor_id gives %(has)s CPUs; the image needs %(limit)s.'),
            {'field': 'flavor_id', 'limit': image.min_vcpus},
            has=flavor.vcpus,
            limit=image.min_vcpus,
        )
    if image.max_ram is not None and image.max_ram < flavor.ram:
        raise exceptions.Invalid(
            _(
                'flavor_id gives %(has)s MiB RAM; the image takes at most '
                '%(limit)s.'
            ),
            {'field': 'flavor_id', 'limit': image.max_ram},
            has=flavor.ram,
            limit=image.max_ram,
        )


def _disk(
    boot_from: str, size: int | None, image: types.Image, flavor: types.Flavor
) -> dict[str, int | None]:
    """``disk`` and ``volume_size`` in GiB."""
    # The disk in an image may be larger than the file that it comes in.
    size_of_image = max(image.size or 0, image.virtual_size or 0)
    needed = max(image.min_disk, math.ceil(size_of_image / _GIB))
    if boot_from == 'image':
        # A flavor without a disk takes the size of the image.
        if 0 < flavor.disk < needed:
            raise _too_small(
                'flavor_id', _('disk'), 'GiB', flavor.disk, needed
            )
        return {'disk': flavor.disk, 'volume_size': None}
    if size is None:
        size = max(needed, flavor.disk or 1)
    elif size < needed:
        raise _too_small('volume_size', _('disk'), 'GiB', size, needed)
    return {'disk': size, 'volume_size': size}


def _network(
    user: cloud.Cloud,
    context: cd_context.RequestContext,
    network_id: str | None,
) -> str:
    """The network that was asked for, or the one with most room (V21)."""
    with answers.answering('network_id'):
        if network_id is None:
            return user.network.pick_network(str(context.project_id)).id
        network = user.network.get_network(network_id)
    if network.external:
        raise answers.bad(
            'network_id',
            _(
                'network_id: network %s leads outside; desktops need one of '
                'their own.'
            )
            % network_id,
        )
    if not network.subnets:
        raise answers.bad(
            'network_id',
            _('network_id: network %s has no subnet.') % network_id,
        )
    return network.id


def _outside(user: cloud.Cloud, network_id: str | None) -> str | None:
    """The network that floating IPs are taken from (T7)."""
    if network_id is None:
        return None
    with answers.answering('floating_network_id'):
        network = user.network.get_network(network_id)
    if not network.external:
        raise answers.bad(
            'floating_network_id',
            _('floating_network_id: network %s does not lead outside.')
            % network_id,
        )
    return network.id


def _zone(user: cloud.Cloud, name: str | None) -> str | None:
    if name is None:
        return None
    with answers.answering('availability_zone'):
        if user.compute.has_zone(name):
            return name
    raise answers.bad(
        'availability_zone',
        _(
            'availability_zone: there is no zone %s that takes servers now; '
            'names are case-sensitive.'
        )
        % name,
    )


def _too_small(
    field: str, what: str, unit: str, has: int, needed: int
) -> exceptions.Invalid:
    return exceptions.Invalid(
        _(
            '%(field)s gives %(has)s %(unit)s %(what)s; the image needs '
            '%(needed)s.'
        ),
        {'field': field, 'limit': needed},
        field=field,
        has=has,
        unit=unit,
        what=what,
        needed=needed,
    )
