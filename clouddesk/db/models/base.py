"""What all tables have in common."""

from collections.abc import Mapping
from collections.abc import Sequence
import datetime
from typing import TYPE_CHECKING
from typing import Any

from oslo_utils import timeutils
from oslo_utils import uuidutils
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import mysql

if TYPE_CHECKING:
    from clouddesk.db.models import templates

#: Micro-second times: leases expire between two seconds.
DateTime = sa.DateTime().with_variant(
    mysql.DATETIME(fsp=6), 'mysql', 'mariadb'
)

#: Constraint names as OpenStack writes them; alembic needs stable names.
NAMING = {
    'ix': 'ix_%(table_name)s_%(column_0_N_name)s',
    'uq': 'uniq_%(table_name)s0%(column_0_N_name)s',
    'ck': 'ck_%(table_name)s_%(constraint_name)s',
    'fk': 'fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s',
    'pk': 'pk_%(table_name)s',
}


def one_of(column: str, values: frozenset[str]) -> sa.CheckConstraint:
    quoted = ', '.join("'%s'" % value for value in sorted(values))
    return sa.CheckConstraint('%s IN (%s)' % (column, quoted), name=column)


def index(table: str, *columns: str) -> sa.Index:
    return sa.Index('ix_%s_%s' % (table, '_'.join(columns)), *columns)


BOOT_FROM = frozenset({'image', 'volume'})


class Base(orm.DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime.datetime: DateTime,
        dict[str, Any]: sa.JSON,
        list[dict[str, Any]]: sa.JSON,
        list[str]: sa.JSON,
    }
    __table_args__: Any = {
        'mysql_engine': 'InnoDB',
        'mysql_charset': 'utf8mb4',
        # Two names are equal when they are, as on the other databases.
        'mysql_collate': 'utf8mb4_bin',
    }


class Owned:
    """What every row that belongs to a project has."""

    id: orm.Mapped[str] = orm.mapped_column(
        sa.String(36),
        primary_key=True,
        default=uuidutils.generate_uuid,
        sort_order=-10,
    )
    project_id: orm.Mapped[str] = orm.mapped_column(
        sa.String(64), sort_order=-9
    )
    #: Who asked for it; not who may use it.
    user_id: orm.Mapped[str] = orm.mapped_column(sa.String(64), sort_order=-8)
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(
        default=timeutils.utcnow, sort_order=90
    )
    #: Never NULL, because lists are sorted by it.
    updated_at: orm.Mapped[datetime.datetime] = orm.mapped_column(
        default=timeutils.utcnow, onupdate=timeutils.utcnow, sort_order=91
    )


def images_of(data_disks: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """The ids of the images that further disks are made from."""
    return [each['image_id'] for each in data_disks or ()]


class Spec:
    """What a desktop is made from; a pool holds it for all its desktops."""

    image_id: orm.Mapped[str] = orm.mapped_column(sa.String(36))
    flavor_id: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    network_id: orm.Mapped[str] = orm.mapped_column(sa.String(36))
    #: ``image`` (disk of the hypervisor) or ``volume`` (Cinder).
    boot_from: orm.Mapped[str] = orm.mapped_column(sa.String(8))
    #: GiB; only when booted from a volume.
    volume_size: orm.Mapped[int | None]
    availability_zone: orm.Mapped[str | None] = orm.mapped_column(
        sa.String(255)
    )
    #: Per desktop, from the flavor at the time of creation.
    vcpus: orm.Mapped[int]
    #: MiB
    ram: orm.Mapped[int]
    #: GiB of the system disk
    disk: orm.Mapped[int]
    #: Further disks, made from images: ``image_id`` and ``size`` (GiB) of
    #: each, in the order of the devices.
    data_disks: orm.Mapped[list[dict[str, Any]] | None] = orm.mapped_column(
        sa.JSON(none_as_null=True)
    )
    #: External network that each desktop gets a floating IP from.
    floating_network_id: orm.Mapped[str | None] = orm.mapped_column(
        sa.String(36)
    )
    #: Such as ``["rdp"]``; the security groups let these in.
    remote_protocols: orm.Mapped[list[str]] = orm.mapped_column(default=list)
    #: Account that the first boot makes; NULL leaves the image's own.
    login_user: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    #: OpenSSH public key of that account.
    public_key: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    #: Where the secret store keeps the password of that account.
    secret_ref: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    #: Names of what the operator offers to be set up at the first boot.
    components: orm.Mapped[list[str]] = orm.mapped_column(default=list)
    #: What the tenant runs at the first boot.
    user_data: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    #: Started again when it shuts down and nobody asked clouddesk for that.
    keep_running: orm.Mapped[bool] = orm.mapped_column(default=False)

    @property
    def data_images(self) -> list[str]:
        return images_of(self.data_disks)

    @property
    def has_user_data(self) -> bool:
        return self.user_data is not None


#: Columns that a desktop takes over from its pool, and a pool from its
#: template.
SPEC = tuple(Spec.__annotations__)


class FromTemplate:
    """What was made from a template knows which revision of it."""

    @orm.declared_attr
    def template_id(cls) -> orm.Mapped[str | None]:
        return orm.mapped_column(sa.ForeignKey('templates.id'), index=True)

    template_revision: orm.Mapped[int | None]

    @orm.declared_attr
    def template(cls) -> orm.Mapped['templates.Template | None']:
        """The template as it is now; one more query, and only if needed."""
        return orm.relationship(
            'Template', lazy='selectin', viewonly=True, uselist=False
        )


class Person:
    """Somebody, or every member of a group; ids are Keystone's."""

    assignee_type: orm.Mapped[str] = orm.mapped_column(
        sa.String(8), primary_key=True
    )
    assignee_id: orm.Mapped[str] = orm.mapped_column(
        sa.String(64), primary_key=True
    )
