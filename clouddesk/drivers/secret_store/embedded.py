"""Secrets in the database, encrypted with keys from a file."""

from cryptography import fernet
from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk.drivers.secret_store import base
from clouddesk.drivers.secret_store import keys
from clouddesk.i18n import _

LOG = logging.getLogger(__name__)


class Embedded(base.SecretStore):
    def seal(self, secret: str) -> str:
        return self._keys().encrypt(secret.encode()).decode()

    def unseal(self, sealed: str) -> str:
        try:
            return self._keys().decrypt(sealed.encode()).decode()
        except fernet.InvalidToken:
            LOG.error('No key of [secrets] key_file opens a secret')
            raise _unusable() from None

    def renew(self, sealed: str) -> str:
        """The same secret, encrypted with the first key.

        :raises ServiceUnavailable: no key opens it
        """
        return self.seal(self.unseal(sealed))

    def forget(self, sealed: str) -> None:
        """The database row is all there is."""

    def _keys(self) -> fernet.MultiFernet:
        path = self.conf.secrets.key_file
        try:
            found = keys.read(path)
            return fernet.MultiFernet([fernet.Fernet(each) for each in found])
        except (OSError, ValueError) as error:
            # What is in the file must not get into the log.
            LOG.error(
                '[secrets] key_file %(path)s has no usable keys: %(kind)s; '
                '"clouddesk-manage secrets key" makes one',
                {'path': path, 'kind': type(error).__name__},
            )
            raise _unusable() from None


def _unusable() -> exceptions.ServiceUnavailable:
    return exceptions.ServiceUnavailable(service=_('The secret store'))
