"""Limits that an operator sets, checked after the schema."""

from collections.abc import Sized

from clouddesk import exceptions
from clouddesk.api import complaints
from clouddesk.conf import CONF
from clouddesk.i18n import _


def options() -> dict[str, int]:
    """All of them, for who wants to know before asking."""
    return {
        'max_batch_size': CONF.desktop.max_batch_size,
        'max_action_size': CONF.desktop.max_action_size,
        'max_wave': CONF.desktop.max_wave,
        'max_pool_size': CONF.pool.max_size,
        'max_page_size': CONF.api.max_limit,
        'max_export_rows': CONF.api.max_export_rows,
        'max_request_body_size': CONF.api.max_request_body_size,
    }


def batch_size(count: int) -> None:
    """How many desktops one request creates (V10).

    :raises Invalid: more than ``[desktop] max_batch_size``
    """
    _at_most('count', count, CONF.desktop.max_batch_size)


def pool_size(size: int) -> None:
    """:raises Invalid: more than ``[pool] max_size``"""
    _at_most('size', size, CONF.pool.max_size)


def members() -> int:
    """How many users and groups the roster of a pool may have."""
    return int(CONF.pool.max_members)


def ahead(minutes: int) -> None:
    """:raises Invalid: more than ``[course] max_ahead``"""
    _at_most('ahead', minutes, CONF.course.max_ahead)


def roster_size(people: Sized) -> None:
    """How many users and groups take part in a course.

    :raises Invalid: more than ``[course] max_roster``
    """
    _entries('roster', people, CONF.course.max_roster)


def page_size(limit: int) -> None:
    """:raises Invalid: more than ``[api] max_limit``"""
    _at_most('limit', limit, CONF.api.max_limit)


def export_size(rows: int) -> None:
    """How many things an exported list has.

    :raises Invalid: more than ``[api] max_export_rows``
    """
    limit = CONF.api.max_export_rows
    if rows > limit:
        raise exceptions.Invalid(
            _(
                'The list has %(value)s rows; the limit of an export is '
                '%(limit)s. Filter it.'
            ),
            {'field': 'query', 'limit': limit},
            value=rows,
            limit=limit,
        )


def action_size(field: str, ids: Sized) -> None:
    """How many things a batch action names.

    :raises Invalid: more than ``[desktop] max_action_size``
    """
    _entries(field, ids, CONF.desktop.max_action_size)


def wave(count: int) -> None:
    """How many desktops of a batch are under way at once.

    :raises Invalid: more than ``[desktop] max_wave``
    """
    _at_most('wave', count, CONF.desktop.max_wave)


def _entries(field: str, entries: Sized, limit: int) -> None:
    if len(entries) > limit:
        raise exceptions.Invalid(
            _('%(field)s has %(value)s entries; the limit is %(limit)s.'),
            {'field': field, 'limit': limit},
            field=field,
            value=len(entries),
            limit=limit,
        )


def _at_most(field: str, value: int, limit: int) -> None:
    if value > limit:
        raise complaints.beyond_limit(field, value, limit)
