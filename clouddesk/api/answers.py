"""Turns what other services say into what is wrong with a request."""

from collections.abc import Iterator
import contextlib

from clouddesk import exceptions


@contextlib.contextmanager
def answering(field: str) -> Iterator[None]:
    """Blame a field for what a service says inside the block.

    :raises Invalid: what the field names is not there
    :raises ServiceUnavailable: the service does not answer
    """
    try:
        yield
    except exceptions.CloudNotFound as error:
        raise bad(field, '%s: %s' % (field, error.text)) from error
    except exceptions.CloudForbidden as error:
        raise exceptions.Forbidden(error.text, {'field': field}) from error
    except exceptions.CloudError as error:
        if error.transient:
            raise exceptions.ServiceUnavailable(error.text) from error
        raise


def bad(field: str, message: str) -> exceptions.Invalid:
    """An error that names its field."""
    return exceptions.Invalid(message, {'field': field})
