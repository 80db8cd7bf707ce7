"""The API as an OpenAPI 3.1 document, made from its schemas.

``python -m clouddesk.api.openapi FILE`` writes it to a file.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import http
import inspect
import json
import pathlib
import re
import sys
from typing import Any

from clouddesk import policies
from clouddesk.api import exposure
from clouddesk.api import microversion
from clouddesk.api import openapi_names as names
from clouddesk.api import validation
from clouddesk.api.schemas import common

Json = dict[str, Any]
Routes = Iterable[tuple[str, str, Any]]

VERSION = '3.1.0'

#: What each kind of route may answer when it does not do what is asked.
_ALWAYS = (400, 406, 500, 503)
_WITH_TOKEN = (401, 403)
_WITH_ID = (404,)
_WITH_CHANGE = (404, 409)
_WITH_BODY = (411, 413, 415)

_ID = re.compile(r'\{(\w+)\}')
_SERVICE_TYPE = 'desktop'

#: Pieces of patterns that only Python reads as they are meant: its ``$`` is
#: also before a last line break, its ``\w`` knows all scripts, and it takes
#: halves of surrogate pairs for characters.
_DIALECT = (
    (r'(?!\n)', ''),
    (r'\ud800-\udfff', ''),
    (r'(?<!\s)', ''),
    (r'^\w*', r'^[^\x00-/:-@\[-^`{-\x7f]*'),
    (r'^[\w-]*', r'^[^\x00-,./:-@\[-^`{-\x7f]*'),
)

_ERROR = common.whole(
    {
        'error': common.whole(
            {
                'status': common.INTEGER,
                'code': common.STRING,
                'title': common.STRING,
                'message': common.STRING,
                'details': {'type': 'object'},
                'request_id': common.OPTIONAL_STRING,
            }
        )
    }
)


def document(routes: Routes, base: str = '/') -> Json:
    """The whole document.

    :param routes: what :func:`clouddesk.api.exposure.walk` finds
    :param base: URL of the API, without ``/v1``
    """
    version = microversion.VERSIONS[-1][0]
    served = list(_served(routes))
    paths: dict[str, Json] = {}
    for method, path, route in served:
        operations = paths.setdefault(path, {})
        operations[method.lower()] = _operation(method, path, route)
    return {
        'openapi': VERSION,
        'info': {
            'title': 'clouddesk',
            'description': _versions(),
            'license': {'name': 'Apache-2.0', 'identifier': 'Apache-2.0'},
            'version': version,
        },
        'servers': [{'url': base}],
        'tags': [{'name': name} for name in sorted(_tags(served))],
        'security': [{'token': []}],
        'paths': paths,
        'components': _components() | {'schemas': _schemas(served)},
    }


def _served(routes: Routes) -> Iterator[tuple[str, str, exposure.Route]]:
    """The routes that the newest version has."""
    for method, path, function in routes:
        route = function.route
        if route.until is None and route.since <= microversion.MAXIMUM:
            yield method, path, route


def _versions() -> str:
    """Which microversions there are, and why."""
    lines = ['%s: %s' % each for each in microversion.VERSIONS]
    return 'Virtual desktops for OpenStack. Microversions:\n\n' + '\n'.join(
        '* ' + line for line in lines
    )


def _tags(served: Iterable[tuple[str, str, Any]]) -> set[str]:
    return {names.tag(path) for _method, path, _route in served}


# -- one route ---------------------------------------------------------------


def _operation(method: str, path: str, route: exposure.Route) -> Json:
    operation: Json = {
        'operationId': names.operation(method, path, route),
        'summary': _summary(route),
        'tags': [names.tag(path)],
        'parameters': _parameters(path, route),
    }
    body = validation.choose(route.body, microversion.MAXIMUM)
    if body is not None:
        operation['requestBody'] = {
            'required': bool(body.schema.get('required')),
            'content': {validation.JSON: _content(body)},
        }
    operation['responses'] = _responses(method, path, route)
    if route.rule == exposure.PUBLIC:
        operation['security'] = []
    else:
        operation['x-openstack-policy'] = route.rule
    return operation


def _summary(route: exposure.Route) -> str:
    """The docstring of the method, or what its policy rule allows."""
    rules = {rule.name: rule.description for rule in policies.list_rules()}
    text = inspect.getdoc(route.method) or rules.get(route.rule) or ''
    return text.split('\n\n')[0].replace('\n', ' ').rstrip('.')


def _parameters(path: str, route: exposure.Route) -> list[Json]:
    query = validation.choose(route.query, microversion.MAXIMUM)
    schema = query.schema if query else common.EMPTY
    return [
        *map(_in_path, _ID.findall(path)),
        *(
            _in_query(name, each, name in schema.get('required', ()))
            for name, each in schema['properties'].items()
        ),
        {'$ref': '#/components/parameters/Microversion'},
    ]


def _in_path(name: str) -> Json:
    return {
        'name': name,
        'in': 'path',
        'required': True,
        'schema': _short(common.UUID),
    }


def _in_query(name: str, schema: Json, required: bool) -> Json:
    parameter: Json = {'name': name, 'in': 'query', 'schema': _short(schema)}
    if required:
        parameter['required'] = True
    if schema.get('type') == 'array':
        # One text with commas in it, or one for each entry.
        explode = bool(parameter['schema'].pop(validation.REPEATED, False))
        parameter |= {'style': 'form', 'explode': explode}
    return parameter


def _responses(method: str, path: str, route: exposure.Route) -> Json:
    answers = {
        str(check.status): _answer(check)
        for check in reversed(route.response)
        if check.serves(microversion.MAXIMUM)
    }
    codes = {
        *_ALWAYS,
        *(_WITH_TOKEN if route.rule != exposure.PUBLIC else ()),
        *(_WITH_ID if _ID.search(path) else ()),
        *(_WITH_CHANGE if method != 'GET' else ()),
        *(_WITH_BODY if route.body else ()),
    }
    error = {'$ref': '#/components/responses/Error'}
    return dict(sorted((answers | {str(c): error for c in codes}).items()))


def _answer(check: validation.Check) -> Json:
    answer: Json = {
        'description': http.HTTPStatus(check.status).phrase,
        'headers': {
            'X-Openstack-Request-Id': {
                '$ref': '#/components/headers/RequestId'
            }
        },
    }
    if check.status != http.HTTPStatus.NO_CONTENT:
        answer['content'] = {
            media: _content(check) if media == validation.JSON else {}
            for media in check.media
        }
    if check.status == http.HTTPStatus.ACCEPTED:
        answer['headers']['Location'] = {
            '$ref': '#/components/headers/Location'
        }
    return answer


def _content(check: validation.Check) -> Json:
    return {'schema': _short(check.schema)}


# -- what several routes share -----------------------------------------------


def _components() -> Json:
    text = {'type': 'string'}
    known = [each for each, _reason in microversion.VERSIONS]
    return {
        'responses': {
            'Error': {
                'description': 'What is wrong, and what to do about it.',
                'headers': {
                    'X-Openstack-Request-Id': {
                        '$ref': '#/components/headers/RequestId'
                    }
                },
                'content': {
                    validation.JSON: {
                        'schema': {'$ref': '#/components/schemas/Error'}
                    }
                },
            }
        },
        'parameters': {
            'Microversion': {
                'name': 'OpenStack-API-Version',
                'in': 'header',
                'description': 'The version of the API; without it the '
                'oldest one is used. What is said to other services may '
                'stand here, too.',
                'schema': text,
                'examples': {
                    version: {'value': '%s %s' % (_SERVICE_TYPE, version)}
                    for version in [*known, 'latest']
                },
            }
        },
        'headers': {
            'RequestId': {
                'description': 'Finds the log lines of the request.',
                'schema': text,
            },
            'Location': {
                'description': 'URL of the work order.',
                'schema': text,
            },
        },
        'securitySchemes': {
            'token': {
                'type': 'apiKey',
                'in': 'header',
                'name': 'X-Auth-Token',
                'description': 'A token of Keystone, scoped to a project.',
            }
        },
    }


def _schemas(served: Iterable[tuple[str, str, exposure.Route]]) -> Json:
    """The named schemas, each made of the others; not those of queries."""
    queries = {id(c.schema) for _m, _p, route in served for c in route.query}
    known = {
        name: schema
        for key, (name, schema) in names.of_schemas().items()
        if key not in queries
    }
    return {'Error': _ERROR} | {
        name: {key: _short(each) for key, each in schema.items()}
        for name, schema in sorted(known.items())
    }


def _short(value: Any) -> Any:
    """A schema, with a reference for each part that has a name."""
    if isinstance(value, list):
        return [_short(each) for each in value]
    if not isinstance(value, dict):
        return value
    known = names.of_schemas().get(id(value))
    if known is not None:
        return {'$ref': '#/components/schemas/' + known[0]}
    short = {key: _short(each) for key, each in value.items()}
    if isinstance(short.get('pattern'), str):
        short['pattern'] = _portable(short['pattern'])
    return short


def _portable(pattern: str) -> str:
    """A pattern as other languages than Python read it, too.

    What cannot be said there is left out, never added: a program that was
    made from the document refuses nothing that the API takes.
    """
    for ours, theirs in _DIALECT:
        pattern = pattern.replace(ours, theirs)
    return pattern


def write(path: pathlib.Path, routes: Routes) -> None:
    """Keep the document in a file."""
    text = json.dumps(document(routes), indent=1, ensure_ascii=False)
    path.write_text(text + '\n')


if __name__ == '__main__':
    # First of all: it chooses the threads that oslo.messaging works with.
    from clouddesk import rpc  # noqa: F401, I001
    from clouddesk.api.controllers import root

    write(pathlib.Path(sys.argv[1]), exposure.walk(root.Root()))
