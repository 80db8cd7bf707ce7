"""``/v1/image-builds``, and images of desktops that stay."""

from collections.abc import Sequence
from typing import Any

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk import names
from clouddesk import states
from clouddesk.api import exposure
from clouddesk.api import image_fields
from clouddesk.api import listing
from clouddesk.api import ordering
from clouddesk.api import preflight
from clouddesk.api import references
from clouddesk.api import request as cd_request
from clouddesk.api import templating
from clouddesk.api import validation
from clouddesk.api import whole_machines
from clouddesk.api.schemas import common
from clouddesk.api.schemas import image_builds as schemas
from clouddesk.api.schemas import limits as limits_schemas
from clouddesk.api.schemas import work_orders as order_schemas
from clouddesk.api.views import image_builds as view
from clouddesk.cloud import types
from clouddesk.db import models
from clouddesk.db.api import desktops as desktops_db
from clouddesk.db.api import image_builds as db
from clouddesk.db.api import work_orders as work_orders_db
from clouddesk.i18n import _
from clouddesk.policies import image_builds as policies


class _Finish(exposure.Controller):
    """``/v1/image-builds/{image_build_id}/actions/finish``"""

    @exposure.expose(policies.FINISH)
    @validation.query(common.EMPTY)
    @validation.body(schemas.FINISH)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def post(self, req: cd_request.Request, build_id: str) -> exposure.Answer:
        row = _get(req, build_id)
        db.check(row, 'finish')
        wanted = dict(req.input)
        further = _further(req, row, wanted.pop('whole', None))
        _require_room(
            row.project_id,
            row.builder_boot_from,
            row.builder_volume_size,
            further,
        )
        return ordering.accepted(
            req, db.finish(ordering.of(req), row, wanted | _disks(further))
        )


class _Cancel(exposure.Controller):
    """``/v1/image-builds/{image_build_id}/actions/cancel``"""

    @exposure.expose(policies.CANCEL)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def post(self, req: cd_request.Request, build_id: str) -> exposure.Answer:
        return _turn(req, build_id, 'cancel')


class _Retry(exposure.Controller):
    """``/v1/image-builds/{image_build_id}/actions/retry``"""

    @exposure.expose(policies.RETRY)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def post(self, req: cd_request.Request, build_id: str) -> exposure.Answer:
        return _turn(req, build_id, 'retry')


class _Actions(exposure.Controller):
    """``/v1/image-builds/{image_build_id}/actions``"""

    below = {'finish': _Finish(), 'cancel': _Cancel(), 'retry': _Retry()}


class _ImageBuild(exposure.Controller):
    """``/v1/image-builds/{image_build_id}``"""

    below = {'actions': _Actions()}

    @exposure.expose(policies.GET)
    @validation.query(common.EMPTY)
    @validation.response(schemas.IMAGE_BUILD)
    def get(self, req: cd_request.Request, build_id: str) -> dict[str, Any]:
        return view.image_build(_get(req, build_id), req.application_url)

    @exposure.expose(policies.UPDATE)
    @validation.query(common.EMPTY)
    @validation.body(schemas.UPDATE)
    @validation.response(schemas.IMAGE_BUILD)
    def patch(self, req: cd_request.Request, build_id: str) -> dict[str, Any]:
        row = db.update(build_id, req.input, listing.scope(req))
        return view.image_build(row, req.application_url)

    @exposure.expose(policies.DELETE)
    @validation.query(common.EMPTY)
    @validation.response(order_schemas.WORK_ORDER, 202)
    @validation.response(common.NOTHING, 204)
    def delete(
        self, req: cd_request.Request, build_id: str
    ) -> exposure.Answer:
        order = db.discard(ordering.of(req), _get(req, build_id))
        if order is None:
            return exposure.Answer(status=204)
        answer = ordering.accepted(req, order)
        answer.status = 202
        return answer


class ImageBuilds(exposure.Controller):
    """``/v1/image-builds``"""

    each = _ImageBuild()
    kind = 'image build'

    @exposure.expose(policies.LIST)
    @validation.query(schemas.LIST)
    @validation.response(schemas.PAGE)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        found = db.list_(
            listing.project(req), listing.filters(req), listing.page(req)
        )
        rows, links = listing.cut(req, found)
        base = req.application_url
        return {
            'image_builds': [view.image_build(row, base) for row in rows],
            'links': links,
        }

    @exposure.expose(policies.CREATE)
    @validation.query(limits_schemas.DRY_RUN)
    @validation.body(schemas.CREATE)
    @validation.response(limits_schemas.PREVIEW)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def post(self, req: cd_request.Request) -> exposure.Answer:
        spec = templating.resolve(req, req.input)
        build = _wanted(req) | {
            # What it becomes unless finish says otherwise.
            'kind': states.WHOLE if spec['data_disks'] else states.SYSTEM,
            'source_type': _source_type(_base_of(req, spec), spec),
            'source_id': spec['image_id'],
        }
        return preflight.order(
            req,
            spec,
            1,
            lambda most: db.create(
                ordering.of(req),
                build,
                spec,
                names.builder(build['name']),
                most,
            ),
        )


class CreateImage(exposure.Controller):
    """``/v1/desktops/{desktop_id}/actions/create_image``"""

    @exposure.expose(policies.CAPTURE)
    @validation.query(common.EMPTY)
    @validation.body(schemas.CAPTURE)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def post(
        self, req: cd_request.Request, desktop_id: str
    ) -> exposure.Answer:
        desktop = desktops_db.get(desktop_id, listing.scope(req))
        build = _wanted(req) | {
            'source_type': 'desktop',
            'source_id': desktop.id,
        }
        inputs: dict[str, Any] = {}
        further = None
        if req.input.get('whole'):
            further = whole_machines.disks(req, desktop)
        build |= _disks(further)
        if 'volume_id' in req.input:
            disk = _disk(req, desktop)
            inputs['volume_id'] = disk.id
            build['kind'] = states.DATA
            preflight.require_room(desktop.project_id, disk.size, disk.type)
        else:
            _require_room(
                desktop.project_id,
                desktop.boot_from,
                desktop.volume_size,
                further,
            )
        return ordering.accepted(
            req, db.capture(ordering.of(req), build, desktop, inputs)
        )


def _get(req: cd_request.Request, build_id: str) -> models.ImageBuild:
    return db.get(build_id, listing.scope(req))


def _require_room(
    project_id: str,
    boot_from: str | None,
    volume_size: int | None,
    further: Sequence[types.Volume] | None,
) -> None:
    """Refuse an image of the system disk of a desktop without room for it.

    :param further: its other disks, for a whole machine
    """
    in_cinder = boot_from == 'volume'
    preflight.require_room(
        project_id,
        (volume_size or 0) if in_cinder else None,
        further=[each.size for each in further or ()],
    )


def _further(
    req: cd_request.Request, build: models.ImageBuild, whole: bool | None
) -> list[types.Volume] | None:
    """The further disks of a builder that become images, too (M9).

    :param whole: what was asked for; a builder that was made with data disks
        is a whole machine
    :returns: None for an image of the system disk alone
    """
    if whole is None:
        whole = bool(build.builder_data_disks)
    if build.builder_id is None or not whole:
        return None
    builder = desktops_db.get(build.builder_id, build.project_id)
    return whole_machines.disks(req, builder)


def _disks(further: Sequence[types.Volume] | None) -> dict[str, Any]:
    """The columns of a build that say which disks become images.

    :param further: those of a whole machine, or None
    """
    if further is None:
        return {'kind': states.SYSTEM, 'disks': None}
    return {
        'kind': states.WHOLE,
        'disks': [{'volume_id': each.id} for each in further],
    }


def _disk(req: cd_request.Request, desktop: models.Desktop) -> types.Volume:
    """A further disk of a desktop (M8).

    :raises Invalid: it is not attached to it
    """
    volume_id: str = req.input['volume_id']
    with references.answering('volume_id'):
        volume = cloud.for_user(req.caller).volume.get(volume_id)
    of_system = volume_id == desktop.volume_id
    if (
        volume is None
        or of_system
        or desktop.server_id not in volume.server_ids
    ):
        raise exceptions.Invalid(
            _('volume_id: %(volume)s is no data disk of desktop %(name)s.'),
            {'field': 'volume_id'},
            volume=volume_id,
            name=desktop.name,
        )
    return volume


def _base_of(req: cd_request.Request, spec: dict[str, Any]) -> types.Image:
    """
    :raises Invalid: the image would take less RAM than its base needs
    """
    with references.answering('image_id'):
        image = cloud.for_user(req.caller).image.get(spec['image_id'])
    least = max(image.min_ram, req.input.get('min_ram', 0))
    image_fields.check_ram({**req.input, 'min_ram': least}, image)
    return image


def _source_type(image: types.Image, spec: dict[str, Any]) -> str:
    """Whether it begins with an installer (T13).

    :raises Invalid: an installer has no disk to install on
    """
    if image.disk_format != 'iso':
        return 'image'
    if spec['boot_from'] != 'volume':
        raise exceptions.Invalid(
            _(
                'boot_from must be volume: image %s is an installer, and '
                'needs a disk of volume_size GiB to install on.'
            )
            % image.id,
            {'field': 'boot_from'},
        )
    return 'iso'


def _wanted(req: cd_request.Request) -> dict[str, Any]:
    """The columns that a request fills."""
    wanted = req.input
    image_fields.check_ram(wanted)
    return {
        'name': wanted['name'],
        'note': wanted.get('note', ''),
        'properties': {
            key: wanted[key] for key in schemas.NEEDS if key in wanted
        },
    }


def _turn(
    req: cd_request.Request, build_id: str, action: str
) -> exposure.Answer:
    """Cancel or retry the order of a build."""
    row = _get(req, build_id)
    db.check(row, action)
    if row.work_order_id is None or (
        action == 'retry' and row.order_status != states.FAILED
    ):
        raise exceptions.Conflict(
            _(
                'Nothing that was ordered for image build %(name)s can be '
                'tried again; finish it, retry its desktop, or delete it.'
            ),
            {'image_build_id': row.id, 'desktop_id': row.builder_id},
            name=row.name,
        )
    (order,) = work_orders_db.act(
        action, [row.work_order_id], listing.scope(req)
    )
    return ordering.accepted(req, order)
