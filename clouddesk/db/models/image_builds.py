"""Things that end in an image."""

import datetime
from typing import TYPE_CHECKING
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import flows
from clouddesk import states
from clouddesk.db.models import base
from clouddesk.db.models import desktops
from clouddesk.db.models import work_orders

_Order = work_orders.WorkOrder
_Desktop = desktops.Desktop


class ImageBuild(base.Owned, base.Base):
    """An image in the making, and how it was made.

    Its status is derived, see :mod:`clouddesk.states`: from the order that
    worked on it last, and from its builder.
    """

    __tablename__ = 'image_builds'
    __table_args__ = (
        *(
            base.index('image_builds', *columns)
            for columns in (
                ('project_id', 'created_at', 'id'),
                ('created_at', 'id'),
                ('source_id',),
                ('image_id',),
            )
        ),
        # A desktop builds one image at a time.
        sa.UniqueConstraint('builder_id'),
        base.one_of('kind', states.IMAGE_KINDS),
        base.one_of('source_type', states.IMAGE_SOURCES),
        base.Base.__table_args__,
    )

    #: Of the image; its note too.
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    note: orm.Mapped[str] = orm.mapped_column(sa.String(1024), default='')
    kind: orm.Mapped[str] = orm.mapped_column(
        sa.String(8), default=states.SYSTEM
    )
    #: ``image``: on a builder; ``desktop``: of a desktop that stays; ``iso``:
    #: installed on a builder.
    source_type: orm.Mapped[str] = orm.mapped_column(sa.String(8))
    source_id: orm.Mapped[str] = orm.mapped_column(sa.String(36))
    #: Further properties that the image gets.
    properties: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
    #: The desktop that it is made on, which nothing else removes.
    builder_id: orm.Mapped[str | None] = orm.mapped_column(
        sa.ForeignKey('desktops.id', ondelete='SET NULL')
    )
    #: The order that works on it, or was the last to do so.
    work_order_id: orm.Mapped[str | None] = orm.mapped_column(
        sa.ForeignKey('work_orders.id', ondelete='SET NULL'), index=True
    )

    # What it owns in the cloud.
    #: The image once it is asked for; it stays when it is activated.
    image_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(36))
    #: Of the disk that becomes the image.
    snapshot_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(36))
    #: The volume that the image is read from.
    copy_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(36))
    #: The further disks of a whole machine, in the order of the devices:
    #: ``volume_id``, and what was made of it under the names above.
    disks: orm.Mapped[list[dict[str, Any]] | None] = orm.mapped_column(
        sa.JSON(none_as_null=True)
    )
    activated_at: orm.Mapped[datetime.datetime | None]

    if TYPE_CHECKING:
        # What its status follows from; more columns of the same statement.
        order_kind: str | None
        order_status: str | None
        order_fault_code: str | None
        order_fault_message: str | None
        builder_status: str | None
        builder_fault_code: str | None
        builder_fault_message: str | None
        builder_flavor_id: str | None
        builder_network_id: str | None
        builder_boot_from: str | None
        builder_volume_size: int | None
        builder_data_disks: list[dict[str, Any]] | None
        status: Any


def _of_order(column: Any) -> Any:
    return (
        sa.select(column)
        .where(_Order.id == ImageBuild.work_order_id)
        .correlate_except(_Order)
        .scalar_subquery()
    )


def _of_builder(column: Any) -> Any:
    return (
        sa.select(column)
        .where(_Desktop.id == ImageBuild.builder_id)
        .correlate_except(_Desktop)
        .scalar_subquery()
    )


def _status() -> Any:
    """Derived; the first that is true."""
    kind, of_order = _of_order(_Order.kind), _of_order(_Order.status)
    builder = _of_builder(_Desktop.status)
    unfinished = of_order.in_(
        sorted(states.ORDER_STATUSES - states.ORDER_FINISHED)
    )
    return sa.case(
        (sa.and_(unfinished, kind == flows.PREPARE), states.BUILD_PREPARING),
        (sa.and_(unfinished, kind == flows.DISCARD), states.BUILD_DISCARDING),
        (unfinished, states.BUILD_GENERATING),
        (
            sa.and_(
                ImageBuild.activated_at.is_not(None),
                ImageBuild.builder_id.is_(None),
                sa.or_(of_order.is_(None), of_order == states.SUCCEEDED),
            ),
            states.BUILD_ACTIVATED,
        ),
        # Somebody builds it again as a desktop.
        (builder == states.BUILDING, states.BUILD_PREPARING),
        (
            sa.or_(
                ImageBuild.builder_id.is_(None),
                ImageBuild.activated_at.is_not(None),
                builder == states.FAULT,
                sa.and_(of_order == states.FAILED, kind != flows.PREPARE),
            ),
            states.BUILD_FAULT,
        ),
        else_=states.BUILD_CONFIGURABLE,
    )


for _name, _expression in (
    ('order_kind', _of_order(_Order.kind)),
    ('order_status', _of_order(_Order.status)),
    ('order_fault_code', _of_order(_Order.fault_code)),
    ('order_fault_message', _of_order(_Order.fault_message)),
    ('builder_status', _of_builder(_Desktop.status)),
    ('builder_fault_code', _of_builder(_Desktop.fault_code)),
    ('builder_fault_message', _of_builder(_Desktop.fault_message)),
    ('builder_flavor_id', _of_builder(_Desktop.flavor_id)),
    ('builder_network_id', _of_builder(_Desktop.network_id)),
    ('builder_boot_from', _of_builder(_Desktop.boot_from)),
    ('builder_volume_size', _of_builder(_Desktop.volume_size)),
    ('builder_data_disks', _of_builder(_Desktop.data_disks)),
    ('status', _status()),
):
    setattr(
        ImageBuild,
        _name,
        orm.column_property(_expression, expire_on_flush=False),
    )
