"""Options of desktops."""

import ipaddress

from oslo_config import cfg
from oslo_config import types


class _Prefix(types.String):
    """``192.0.2.0/24``"""

    def __call__(self, value: object) -> str:
        return str(ipaddress.ip_network(super().__call__(value)))


GROUP = cfg.OptGroup('desktop', title='Desktops')

OPTS = [
    cfg.IntOpt(
        'max_batch_size',
        default=10,
        min=1,
        help='Largest number of desktops that one request may create.',
    ),
    cfg.IntOpt(
        'max_action_size',
        default=100,
        min=1,
        help='Largest number of desktops or work orders that one batch '
        'action may name.',
    ),
    cfg.IntOpt(
        'max_wave',
        default=50,
        min=1,
        help='Largest number of desktops that a batch action may ask to have '
        'under way at once. [conductor] max_builds_per_order holds beside it '
        'for what builds or boots.',
    ),
    cfg.StrOpt(
        'name_template',
        default='{base}_{serial:02d}',
        help='Name of each desktop of a batch or pool. Fields: base (name '
        'of the batch or pool), serial (1, 2, …), project (name of the '
        'project).',
    ),
    cfg.IntOpt(
        'return_after',
        default=1800,
        min=0,
        help='Seconds after which a desktop of a floating pool goes back to '
        'the pool once it is off. 0 leaves it with its user.',
    ),
    cfg.BoolOpt(
        'keep_running',
        default=True,
        help='Whether a desktop that shuts down by itself is started again, '
        'when its creator says nothing about it.',
    ),
    cfg.ListOpt(
        'remote_access_from',
        default=['0.0.0.0/0', '::/0'],
        item_type=_Prefix(),
        help='Prefixes, such as 192.0.2.0/24, from which the remote '
        'protocols of a desktop may be used. Security groups of a project '
        'follow when the next desktop is made in it.',
    ),
    cfg.StrOpt(
        'components_dir',
        default='/etc/clouddesk/components',
        help='Directory with files that can be asked for by name, without '
        'the extension, to be run at the first boot of a desktop: scripts '
        'that begin with #! or #ps1, or #cloud-config. API and conductors '
        'need the same files.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
