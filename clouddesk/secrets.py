"""Keeps what must not be read, through the store that the operator chose.

The database holds what the store gives for a secret. Rows that use one refer
to it by an id and share it, so it goes when the last of them is gone.
"""

from collections.abc import Callable
import functools
from typing import Any

from oslo_log import log as logging
from stevedore import driver

from clouddesk import exceptions
from clouddesk.conf import CONF
from clouddesk.db.api import secrets as db
from clouddesk.drivers.secret_store import base

LOG = logging.getLogger(__name__)

NAMESPACE = 'clouddesk.secret_store'

#: Seconds within which what a secret was kept for is written.
_SETTLED = 3600

_BATCH = 100


def keep(project_id: str, secret: str) -> str:
    """Put a secret away.

    :returns: a reference for :func:`reveal`
    :raises ServiceUnavailable: the store cannot be used now
    """
    return db.add(project_id, _store(CONF.secrets.driver).seal(secret))


def reveal(reference: str) -> str:
    """:raises ServiceUnavailable: the store cannot be used now, or lacks it"""
    return _store(CONF.secrets.driver).unseal(db.get(reference))


def purge() -> dict[str, int]:
    """Remove the secrets that nothing uses any longer."""
    store = _store(CONF.secrets.driver)
    unused = db.unused(_SETTLED, _BATCH)
    gone = []
    for reference, sealed in unused.items():
        try:
            store.forget(sealed)
        except exceptions.ServiceUnavailable:
            # The next round may do better; one must not keep the others.
            LOG.warning('Secret %s was not removed', reference)
        else:
            gone.append(reference)
    if gone:
        db.remove(gone)
    return {'secrets': len(gone)}


def rotate(renew: Callable[[str], str]) -> tuple[int, list[str]]:
    """Let the store keep every secret anew.

    :param renew: gives what the store keeps from now on
    :returns: how many there are, and the ids of those that it cannot read
    """
    count, unread, after = 0, [], None
    while found := db.page(_BATCH, after):
        for reference, sealed in found:
            try:
                db.replace(reference, sealed, renew(sealed))
            except exceptions.ServiceUnavailable:
                unread.append(reference)
            else:
                count += 1
            after = reference
    return count, unread


@functools.cache
def _store(name: str) -> base.SecretStore:
    manager: Any = driver.DriverManager(
        NAMESPACE, name, invoke_on_load=True, invoke_args=(CONF,)
    )
    store: base.SecretStore = manager.driver
    return store
