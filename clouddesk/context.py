"""Who asks, and in which request."""

from typing import Any

from oslo_context import context


class RequestContext(context.RequestContext):
    """The caller of one request.

    The token stays in this object: it is never written to a work order.
    """

    @classmethod
    def internal(cls, **kwargs: Any) -> 'RequestContext':
        """A context for the service's own loops; belongs to no project."""
        return cls(is_admin=True, overwrite=False, **kwargs)
