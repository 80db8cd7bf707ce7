"""What routes and schemas are called in the OpenAPI document.

Names follow from paths and from the places of schemas, so that a program
made from the document keeps working when something is added.
"""

import functools
import importlib
import pkgutil
import re
from typing import Any

from clouddesk.api import exposure
from clouddesk.api import schemas

_VERBS = {
    'GET': 'get',
    'POST': 'create',
    'PUT': 'set',
    'PATCH': 'update',
    'DELETE': 'delete',
}


def operation(method: str, path: str, route: exposure.Route) -> str:
    """``start_desktop``, ``start_desktops``, ``list_pools``, …"""
    nouns, _actions, action = path.partition('/actions/')
    verb = action or _verb(method, route)
    words = _words(nouns)
    if not nouns.endswith('}') and (action or method == 'GET'):
        words[-1] = _end(nouns)
    if action in _VERBS.values() and nouns.endswith('}'):
        words.append('action')
    # What is done may have an object of its own: add_pool_members.
    verb, _blank, rest = verb.partition('_')
    return re.sub(r'\W', '_', '_'.join(filter(None, [verb, *words, rest])))


def tag(path: str) -> str:
    """The noun that a path is about."""
    parts = path.strip('/').split('/')
    return parts[1] if len(parts) > 1 else 'versions'


@functools.cache
def of_schemas() -> dict[int, tuple[str, dict[str, Any]]]:
    """Schemas with names of their own, by identity."""
    found = {}
    for module in pkgutil.iter_modules(schemas.__path__):
        if module.name == 'common':
            continue
        place = importlib.import_module(
            '%s.%s' % (schemas.__name__, module.name)
        )
        for attribute, value in vars(place).items():
            public = attribute.isupper() and attribute[0] != '_'
            if public and _is_object(value):
                name = _schema(_singular(module.name), attribute)
                found[id(value)] = name, value
    return found


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and 'object' in value.get('type', ())


def _schema(noun: str, attribute: str) -> str:
    """``Desktop``, ``DesktopPage``: with the noun, and with it once."""
    words = attribute.lower().split('_')
    if attribute.lower().startswith(noun):
        return ''.join(word.title() for word in words)
    return ''.join(word.title() for word in [*noun.split('_'), *words])


def _verb(method: str, route: exposure.Route) -> str:
    if method == 'GET' and any(
        'marker' in check.schema['properties'] for check in route.query
    ):
        return 'list'
    return _VERBS[method]


def _words(path: str) -> list[str]:
    """The nouns of a path in the singular."""
    parts = path.strip('/').split('/')[1:] or ['version']
    return [_singular(part) for part in parts if not part.startswith('{')]


def _end(path: str) -> str:
    """The last noun of a path as it stands there."""
    return {'/': 'versions', '/v1': 'version'}.get(path, path.split('/')[-1])


def _singular(noun: str) -> str:
    if noun.endswith('ies'):
        return noun[:-3] + 'y'
    return noun[:-1] if noun.endswith('s') else noun
