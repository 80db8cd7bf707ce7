"""Who asks, and in which request."""

from collections.abc import Hashable
import functools
from typing import Any

from keystoneauth1 import plugin
from oslo_context import context


def work_for(order: Any) -> None:
    """Let what this thread logs carry the request that an order came from.

    :param order: a work order
    """
    RequestContext(
        request_id=order.request_id,
        user_id=order.user_id,
        project_id=order.project_id,
    )


class RequestContext(context.RequestContext):
    """The caller of one request.

    The token stays in this object: it is never written to a work order.
    """

    def __init__(
        self,
        *args: Any,
        user_auth_plugin: plugin.BaseAuthPlugin | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep who asks.

        :param user_auth_plugin: the token and the catalogue as the auth_token
            middleware validated them, to call other services with
        """
        super().__init__(*args, **kwargs)
        self.user_auth_plugin = user_auth_plugin

    @functools.cached_property
    def policy_key(self) -> Hashable:
        """All that a policy can know of the caller."""
        values = self.to_policy_values().values()
        return tuple(
            tuple(each) if isinstance(each, list) else each for each in values
        )

    @classmethod
    def from_environ(
        cls, environ: dict[str, Any], **kwargs: Any
    ) -> 'RequestContext':
        """The context of a WSGI request behind the auth_token middleware."""
        kwargs.setdefault(
            'user_auth_plugin', environ.get('keystone.token_auth')
        )
        return super().from_environ(environ, **kwargs)
