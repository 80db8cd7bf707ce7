"""What Cinder has of ours, found by the marks that it carries."""

from collections.abc import Mapping
import json
from typing import Any

from keystoneauth1 import exceptions as ks_exceptions
from openstack import connection
from openstack import exceptions as sdk_exceptions

from clouddesk.cloud import errors
from clouddesk.cloud import listing

_SERVICE = 'Cinder'


def is_offered(conn: connection.Connection) -> bool:
    """Whether the cloud has Cinder at all; answers without a call."""
    try:
        return conn.block_storage.get_endpoint() is not None
    except (
        sdk_exceptions.ServiceDisabledException,
        ks_exceptions.EndpointNotFound,
    ):
        return False


def rows(
    conn: connection.Connection, what: str, key: str, value: str | None = None
) -> list[Mapping[str, Any]]:
    """Things of the project with a mark; none where there is no Cinder.

    :param what: ``volumes`` or ``snapshots``
    :param key: of the mark
    :param value: of the mark; None is any
    """
    filters = {} if value is None else {'metadata': json.dumps({key: value})}
    with errors.translated(_SERVICE):
        if not is_offered(conn):
            return []
        path = '/%s/detail' % what
        found = listing.pages(conn.block_storage, path, what, **filters)
        # Filters may be switched off in Cinder.
        return [each for each in found if _has(each, key, value)]


def _has(row: Mapping[str, Any], key: str, value: str | None) -> bool:
    mark = (row.get('metadata') or {}).get(key)
    return bool(mark) and value in (None, mark)
