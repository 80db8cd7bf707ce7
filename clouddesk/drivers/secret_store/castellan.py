"""Secrets in the key manager of the cloud, such as Barbican or Vault.

They belong to the service user, which castellan's own options in
``[key_manager]`` describe.
"""

from typing import Any

from castellan import key_manager
from castellan.common import exception as castellan_exc
from castellan.common import utils
from castellan.common.objects import opaque_data
from oslo_config import cfg
from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk.drivers.secret_store import base
from clouddesk.i18n import _

LOG = logging.getLogger(__name__)


class Castellan(base.SecretStore):
    def __init__(self, conf: cfg.ConfigOpts) -> None:
        super().__init__(conf)
        self._manager = key_manager.API(conf)

    def seal(self, secret: str) -> str:
        data = opaque_data.OpaqueData(secret.encode())
        return str(self._ask('store', data))

    def unseal(self, sealed: str) -> str:
        return bytes(self._ask('get', sealed).get_encoded()).decode()

    def forget(self, sealed: str) -> None:
        try:
            self._ask('delete', sealed)
        except _Missing:
            return

    def _ask(self, verb: str, what: Any) -> Any:
        context = utils.credential_factory(conf=self.conf)
        try:
            return getattr(self._manager, verb)(context, what)
        except castellan_exc.ManagedObjectNotFoundError:
            raise _Missing(service=_('The secret store')) from None
        except Exception as error:
            # Each backend raises errors of its own.
            LOG.error('The key manager cannot %s: %s', verb, error)
            raise exceptions.ServiceUnavailable(
                service=_('The secret store')
            ) from error


class _Missing(exceptions.ServiceUnavailable):
    """The key manager does not know the secret."""
