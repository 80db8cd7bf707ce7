"""Options of pools."""

from oslo_config import cfg

GROUP = cfg.OptGroup('pool', title='Pools')

OPTS = [
    cfg.IntOpt(
        'max_size',
        default=500,
        min=1,
        help='Largest number of desktops in one pool.',
    ),
    cfg.IntOpt(
        'max_members',
        default=1000,
        min=1,
        help='Largest number of users and groups in the roster of one pool.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
