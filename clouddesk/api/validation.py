"""Checks what comes in and what goes out against JSON Schemas.

The decorators compile their schema once and keep it on the function, where
:mod:`clouddesk.api.exposure`, the tests and the OpenAPI document find it.
A schema may be bound to microversions, so that a change adds a decorator and
leaves the old schema as it is.
"""

from collections.abc import Callable
from collections.abc import Iterable
import dataclasses
from typing import Any
from typing import TypeVar

import jsonschema
from oslo_log import log
from webob import multidict

from clouddesk import exceptions
from clouddesk.api import complaints
from clouddesk.api import microversion
from clouddesk.conf import CONF
from clouddesk.i18n import _

LOG = log.getLogger(__name__)

#: What nearly every route answers with.
JSON = 'application/json'

Schema = dict[str, Any]
Function = TypeVar('Function', bound=Callable[..., Any])

#: Mark of a list in a query that is given as one parameter for each entry,
#: because the entries may have commas in them.
REPEATED = 'x-repeated'

#: Rows of a list that are looked at when differences are only logged.
_SAMPLE = 1


def _is_integer(checker: Any, value: Any) -> bool:
    # JSON Schema takes 5.0 and Python's True for integers.
    return isinstance(value, int) and not isinstance(value, bool)


_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        'integer', _is_integer
    ),
)


#: Of a number in a query that is told the limit; Python refuses to read more
#: than some thousands.
_DIGITS = 100


@dataclasses.dataclass(frozen=True)
class Check:
    """A compiled schema and the microversions that it is for."""

    schema: Schema
    validator: Any
    since: microversion.Version
    until: microversion.Version | None
    #: Status of the answer; only of a response.
    status: int = 200
    #: Media types that the answer may have; only of a response.
    media: tuple[str, ...] = (JSON,)

    def serves(self, version: microversion.Version) -> bool:
        return self.since <= version and (
            self.until is None or version <= self.until
        )

    def first_error(self, value: Any) -> jsonschema.ValidationError | None:
        return next(self.validator.iter_errors(value), None)


def query(schema: Schema, **bounds: str) -> Callable[[Function], Function]:
    """The query parameters; every route has one, if only of none.

    :param schema: of an object; strings are turned into its types
    :param bounds: ``since`` and ``until``, microversions, both inclusive
    """
    return _keep('query_checks', schema, bounds)


def body(schema: Schema, **bounds: str) -> Callable[[Function], Function]:
    """The JSON body."""
    return _keep('body_checks', schema, bounds)


def response(
    schema: Schema,
    status: int = 200,
    media: Iterable[str] = (JSON,),
    **bounds: str,
) -> Callable[[Function], Function]:
    """The body of the answer and its status.

    A route with several, of different statuses, says in its
    :class:`~clouddesk.api.exposure.Answer` which one it means; the one that
    stands nearest to the function is meant otherwise.

    :param media: types that the answer may have; what is not JSON is not
        compared with the schema
    """
    return _keep(
        'response_checks', schema, bounds, status=status, media=tuple(media)
    )


def _keep(
    attribute: str, schema: Schema, bounds: dict[str, str], **more: Any
) -> Callable[[Function], Function]:
    until = bounds.get('until')
    check = Check(
        schema,
        _Validator(schema),
        microversion.parse(bounds.get('since', microversion.VERSIONS[0][0])),
        microversion.parse(until) if until else None,
        **more,
    )

    def decorate(function: Function) -> Function:
        checks = (*getattr(function, attribute, ()), check)
        setattr(function, attribute, checks)
        return function

    return decorate


def choose(
    checks: Iterable[Check],
    version: microversion.Version,
    status: int | None = None,
) -> Check | None:
    """The check for a microversion, and of responses for a status."""
    return next(
        (
            check
            for check in checks
            if check.serves(version) and status in (None, check.status)
        ),
        None,
    )


def check_body(check: Check, value: Any) -> Any:
    """The body, if it is good.

    :raises Invalid: names the field and the limit
    """
    error = check.first_error(value)
    if error is not None:
        raise complaints.about(error, 'body')
    return value


def check_query(check: Check, given: multidict.MultiDict) -> dict[str, Any]:
    """The query parameters in the types of the schema.

    :raises Invalid: names the parameter and the limit
    """
    values: dict[str, Any] = {}
    properties = check.schema['properties']
    for name, text in given.items():
        schema = properties.get(name, {})
        if schema.get(REPEATED):
            values.setdefault(name, []).append(text)
            continue
        # What nobody knows is refused below, however often it is given.
        if name in values and name in properties:
            raise exceptions.Invalid(
                _('%(field)s is given more than once.'),
                {'field': name},
                field=name,
            )
        values[name] = _coerce(text, schema)
    error = check.first_error(values) if values else None
    if error is not None:
        raise complaints.about(error, 'query')
    return values


def _coerce(text: str, schema: Schema) -> Any:
    """The text as the type that the schema wants, if it can be that."""
    kind = schema.get('type')
    if kind == 'integer' and len(text) <= _DIGITS and text.isascii():
        digits = text[1:] if text[:1] == '-' else text
        return int(text) if digits.isdecimal() else text
    if kind == 'boolean':
        return {'true': True, 'false': False}.get(text.lower(), text)
    if kind == 'array':
        return text.split(',')
    return text


def check_response(check: Check, value: Any) -> None:
    """Compare an answer with its schema, as ``[api]`` says.

    :raises ClouddeskError: it differs and that is to be an error
    """
    mode = CONF.api.response_validation
    if mode == 'ignore':
        return
    error = check.first_error(_sample(value) if mode == 'warn' else value)
    if error is None:
        return
    LOG.error(
        'The answer differs from its schema at %(path)s: %(error)s',
        {'path': error.json_path, 'error': error.message},
    )
    if mode == 'error':
        raise exceptions.ClouddeskError()


def _sample(value: dict[str, Any]) -> dict[str, Any]:
    """The answer with shorter lists: the rows of a list are alike."""
    return {
        key: each[:_SAMPLE] if isinstance(each, list) else each
        for key, each in value.items()
    }
