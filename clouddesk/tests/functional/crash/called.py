"""Which calls each way of an order makes.

A test looks whether these are all: ``test_faults``.
"""

from clouddesk.tests.functional.crash import faulty

TOKEN = faulty.Call('identity', 'POST', '/v3/auth/tokens')

_DELETE_VOLUMES = faulty.Call('block-storage', 'DELETE', '/v3/volumes/ID')
_LIST_VOLUMES = faulty.Call('block-storage', 'GET', '/v3/volumes/detail')
_CREATE_VOLUMES = faulty.Call('block-storage', 'POST', '/v3/volumes')
_DELETE_SERVERS = faulty.Call('compute', 'DELETE', '/v2.1/servers/ID')
_GET_SERVERS = faulty.Call('compute', 'GET', '/v2.1/servers/ID')
_LIST_SERVERS = faulty.Call('compute', 'GET', '/v2.1/servers/detail')
_CREATE_SERVERS = faulty.Call('compute', 'POST', '/v2.1/servers')
_ACT = faulty.Call('compute', 'POST', '/v2.1/servers/ID/action')
_PLUG = faulty.Call('compute', 'POST', '/v2.1/servers/ID/os-interface')
_DELETE_IMAGES = faulty.Call('image', 'DELETE', '/v2/images/ID')
_DEACTIVATE = faulty.Call('image', 'POST', '/v2/images/ID/actions/deactivate')
_UPDATE_IMAGES = faulty.Call('image', 'PATCH', '/v2/images/ID')
_GET_IMAGES = faulty.Call('image', 'GET', '/v2/images/ID')
_DELETE_FLOATINGIPS = faulty.Call('network', 'DELETE', '/v2.0/floatingips/ID')
_DELETE_PORTS = faulty.Call('network', 'DELETE', '/v2.0/ports/ID')
_LIST_FLOATINGIPS = faulty.Call('network', 'GET', '/v2.0/floatingips')
_LIST_PORTS = faulty.Call('network', 'GET', '/v2.0/ports')
_GET_PORTS = faulty.Call('network', 'GET', '/v2.0/ports/ID')
_LIST_SECURITY_GROUPS = faulty.Call('network', 'GET', '/v2.0/security-groups')
_CREATE_FLOATINGIPS = faulty.Call('network', 'POST', '/v2.0/floatingips')
_CREATE_PORTS = faulty.Call('network', 'POST', '/v2.0/ports')
_CREATE_SECURITY_GROUP_RULES = faulty.Call(
    'network', 'POST', '/v2.0/security-group-rules'
)
_CREATE_SECURITY_GROUPS = faulty.Call(
    'network', 'POST', '/v2.0/security-groups'
)
_UPDATE_FLOATINGIPS = faulty.Call('network', 'PUT', '/v2.0/floatingips/ID')

_DELETE_ATTACHMENTS = faulty.Call(
    'block-storage', 'DELETE', '/v3/attachments/ID'
)
_LIST_ATTACHMENTS = faulty.Call('block-storage', 'GET', '/v3/attachments')
_LIST_SNAPSHOTS = faulty.Call('block-storage', 'GET', '/v3/snapshots/detail')
_CREATE_SNAPSHOTS = faulty.Call('block-storage', 'POST', '/v3/snapshots')
_DELETE_SNAPSHOTS = faulty.Call('block-storage', 'DELETE', '/v3/snapshots/ID')
_GET_VOLUMES = faulty.Call('block-storage', 'GET', '/v3/volumes/ID')
_ACT_ON_VOLUMES = faulty.Call('block-storage', 'POST', '/v3/volumes/ID/action')
_LIST_IMAGES = faulty.Call('image', 'GET', '/v2/images')
_CAPTURE = (
    _LIST_VOLUMES,
    _GET_VOLUMES,
    _CREATE_VOLUMES,
    _DELETE_VOLUMES,
    _ACT_ON_VOLUMES,
    _LIST_SNAPSHOTS,
    _CREATE_SNAPSHOTS,
    _DELETE_SNAPSHOTS,
    _LIST_IMAGES,
    _GET_IMAGES,
    _UPDATE_IMAGES,
)
#: A desktop goes, without what only some have.
_REMOVE = (
    _DELETE_SERVERS,
    _GET_SERVERS,
    _LIST_SERVERS,
    _DELETE_PORTS,
    _LIST_PORTS,
)
#: A desktop is made again, in the same way.
_REBUILD = (
    _DELETE_SERVERS,
    _GET_SERVERS,
    _LIST_SERVERS,
    _CREATE_SERVERS,
    _GET_IMAGES,
    _LIST_PORTS,
)

CALLS = {
    'image.generate': (
        _ACT,
        *_REMOVE,
        _LIST_IMAGES,
        _GET_IMAGES,
        _UPDATE_IMAGES,
    ),
    'image.generate, volume and floating IP': (
        *_CAPTURE,
        _ACT,
        _DELETE_SERVERS,
        _GET_SERVERS,
        _LIST_SERVERS,
        _DELETE_FLOATINGIPS,
        _DELETE_PORTS,
        _LIST_FLOATINGIPS,
        _LIST_PORTS,
    ),
    'image.generate, whole': (
        *_CAPTURE,
        _ACT,
        *_REMOVE,
    ),
    'image.capture': (
        _ACT,
        _GET_SERVERS,
        _LIST_IMAGES,
        _GET_IMAGES,
        _UPDATE_IMAGES,
    ),
    'image.capture, volume and floating IP': _CAPTURE,
    'image.capture, whole': (*_CAPTURE, _ACT, _GET_SERVERS),
    'image.delete': (_GET_IMAGES, _LIST_SERVERS, _DELETE_IMAGES),
    'image.retire': (_DEACTIVATE, _GET_IMAGES, _UPDATE_IMAGES),
    'desktop.create': (
        _LIST_SERVERS,
        _CREATE_SERVERS,
        _CREATE_PORTS,
    ),
    'desktop.create, volume and floating IP': (
        _LIST_VOLUMES,
        _CREATE_VOLUMES,
        _LIST_SERVERS,
        _CREATE_SERVERS,
        _LIST_SECURITY_GROUPS,
        _CREATE_FLOATINGIPS,
        _CREATE_PORTS,
        _CREATE_SECURITY_GROUP_RULES,
        _CREATE_SECURITY_GROUPS,
    ),
    'desktop.create, data disk': (
        _LIST_VOLUMES,
        _CREATE_VOLUMES,
        _LIST_SERVERS,
        _CREATE_SERVERS,
        _CREATE_PORTS,
    ),
    'desktop.stop': (
        _LIST_SERVERS,
        _ACT,
    ),
    'desktop.start': (
        _LIST_SERVERS,
        _ACT,
    ),
    'desktop.reboot': (
        _LIST_SERVERS,
        _ACT,
    ),
    'desktop.retry': (
        _DELETE_SERVERS,
        _GET_SERVERS,
        _LIST_SERVERS,
        _CREATE_SERVERS,
        _LIST_PORTS,
    ),
    'desktop.rebuild': _REBUILD,
    'desktop.rebuild, volume and floating IP': (
        _DELETE_VOLUMES,
        _LIST_VOLUMES,
        _CREATE_VOLUMES,
        _DELETE_SERVERS,
        _GET_SERVERS,
        _LIST_SERVERS,
        _CREATE_SERVERS,
        _GET_IMAGES,
        _LIST_FLOATINGIPS,
        _LIST_PORTS,
        _LIST_SECURITY_GROUPS,
    ),
    'desktop.rebuild, data disk': (_LIST_VOLUMES, *_REBUILD),
    'desktop.rebuild, still attached': (
        _DELETE_ATTACHMENTS,
        _DELETE_VOLUMES,
        _LIST_ATTACHMENTS,
        _LIST_VOLUMES,
        _CREATE_VOLUMES,
        *_REBUILD,
    ),
    'desktop.migrate': (
        _GET_SERVERS,
        _LIST_SERVERS,
        _ACT,
    ),
    'desktop.reattach': (
        _GET_SERVERS,
        _LIST_SERVERS,
        _PLUG,
        _LIST_FLOATINGIPS,
        _LIST_PORTS,
        _GET_PORTS,
        _CREATE_PORTS,
        _UPDATE_FLOATINGIPS,
    ),
    'desktop.delete': _REMOVE,
    'desktop.delete, volume and floating IP': (
        _DELETE_VOLUMES,
        _LIST_VOLUMES,
        _DELETE_SERVERS,
        _GET_SERVERS,
        _LIST_SERVERS,
        _DELETE_FLOATINGIPS,
        _DELETE_PORTS,
        _LIST_FLOATINGIPS,
        _LIST_PORTS,
    ),
    'desktop.delete, data disk': (
        _DELETE_VOLUMES,
        _LIST_VOLUMES,
        *_REMOVE,
    ),
    'desktop.delete, still attached': (
        _DELETE_ATTACHMENTS,
        _DELETE_VOLUMES,
        _LIST_ATTACHMENTS,
        _LIST_VOLUMES,
        *_REMOVE,
    ),
    'undo': (
        _DELETE_VOLUMES,
        _LIST_VOLUMES,
        _CREATE_VOLUMES,
        _DELETE_SERVERS,
        _GET_SERVERS,
        _LIST_SERVERS,
        _CREATE_SERVERS,
        _DELETE_FLOATINGIPS,
        _DELETE_PORTS,
        _LIST_FLOATINGIPS,
        _LIST_PORTS,
        _LIST_SECURITY_GROUPS,
        _CREATE_FLOATINGIPS,
        _CREATE_PORTS,
        _CREATE_SECURITY_GROUP_RULES,
        _CREATE_SECURITY_GROUPS,
    ),
    'pool.resize, grow': (
        _LIST_SERVERS,
        _CREATE_SERVERS,
        _CREATE_PORTS,
    ),
    'pool.resize, shrink': _REMOVE,
    'pool.delete': _REMOVE,
}
