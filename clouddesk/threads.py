"""Which kind of threads oslo.service uses.

Importing oslo.messaging loads a backend of oslo.service, by default the
eventlet one, and the first that is loaded stays. So whatever may be imported
first chooses before it imports anything else.
"""

from oslo_service import backend


def choose() -> None:
    """Use real threads; again does no harm.

    :raises BackendAlreadySelected: another one is loaded already
    """
    backend.init_backend(backend.BackendType.THREADING)
