"""What a secret store can do."""

import abc

from oslo_config import cfg


class SecretStore(abc.ABC):
    """Turns a secret into something that may be kept in the database.

    :param conf: the configuration of the service
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self.conf = conf

    @abc.abstractmethod
    def seal(self, secret: str) -> str:
        """Put a secret away.

        :returns: what :meth:`unseal` needs and tells nobody else anything
        :raises ServiceUnavailable: the store cannot be used now
        """

    @abc.abstractmethod
    def unseal(self, sealed: str) -> str:
        """The secret again.

        :raises ServiceUnavailable: the store cannot be used now, or lacks it
        """

    @abc.abstractmethod
    def forget(self, sealed: str) -> None:
        """Remove what the store itself keeps; what is gone is success."""
