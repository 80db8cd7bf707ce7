"""Options of images that Glance fetches from elsewhere."""

import ipaddress

from oslo_config import cfg
from oslo_config import types


class _Prefix(types.String):
    """``192.0.2.0/24``"""

    def __call__(self, value: object) -> str:
        return str(ipaddress.ip_network(super().__call__(value)))


class _Host(types.String):
    """``images.example.org``, or ``.example.org`` for all below it."""

    def __call__(self, value: object) -> str:
        return str(super().__call__(value)).strip().rstrip('.').lower()


GROUP = cfg.OptGroup(
    'image_import',
    title='Import of images',
    help='From where Glance may be told to fetch an image (web-download). '
    'Glance looks the name up again when it fetches, and follows redirects '
    'as its own [import_filtering_opts] say: set those alike, and let its '
    'hosts reach nothing that they need not. "clouddesk-manage images '
    'filters" compares both.',
)

OPTS = [
    cfg.ListOpt(
        'schemes',
        default=['https', 'http'],
        item_type=types.String(choices=['https', 'http']),
        help='Schemes that an address may have. Empty allows no import from '
        'an address.',
    ),
    cfg.ListOpt(
        'ports',
        default=['80', '443'],
        item_type=types.Port(),
        help='Ports that an address may have.',
    ),
    cfg.ListOpt(
        'hosts',
        default=[],
        item_type=_Host(),
        help='Hosts that images may come from; one that begins with a dot '
        'stands for all below it. Empty allows every host that is not '
        'denied. Their addresses are looked at all the same.',
    ),
    cfg.ListOpt(
        'denied_hosts',
        default=[],
        item_type=_Host(),
        help='Hosts that no image may come from, also where hosts allows '
        'them.',
    ),
    cfg.ListOpt(
        'networks',
        default=[],
        item_type=_Prefix(),
        help='Prefixes, such as 10.2.0.0/24, that images may come from '
        'though they are no public addresses: the mirror of a school. '
        'Loopback and link-local addresses, among them those that tell '
        'servers their metadata, cannot be allowed.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
