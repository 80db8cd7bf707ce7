"""The request as controllers see it."""

import functools
import json
from typing import Any

import webob
from webob import multidict

from clouddesk import context
from clouddesk.api import auth
from clouddesk.api import microversion


def _refuse_constant(name: str) -> None:
    raise ValueError('%s is not JSON' % name)


class Request(webob.Request):
    """A webob request that knows who asks, and for which version.

    :ivar query: the validated query parameters
    :ivar input: the validated body
    """

    #: Pecan would read forms, and this API has none.
    POST = multidict.NoVars('The API takes no forms.')

    query: dict[str, Any] = {}
    input: Any = None

    @functools.cached_property
    def caller(self) -> context.RequestContext:
        return self.environ[auth.CONTEXT]

    @property
    def version(self) -> microversion.Version:
        return self.environ[microversion.KEY]

    @functools.cached_property
    def json(self) -> Any:
        """The body, parsed once.

        :raises ValueError: it is not JSON
        """
        return json.loads(self.body, parse_constant=_refuse_constant)
