"""Options of limits and of the look at them before anything is made."""

from oslo_config import cfg

GROUP = cfg.OptGroup(
    'quota',
    title='Limits',
    help='How many desktops and pools a project may have, and how the limits '
    'of the other services are looked at before anything is made.',
)

OPTS = [
    cfg.BoolOpt(
        'preflight',
        default=True,
        help='Before desktops or images of their disks are made, ask Nova, '
        'Cinder, Neutron and Glance whether the project may have what they '
        'need, and refuse the request when it may not.',
    ),
    cfg.BoolOpt(
        'snapshots_take_gigabytes',
        default=True,
        help='Whether snapshots count for the gigabytes of a project, as they '
        'do where Cinder is not told no_snapshot_gb_quota, which it does not '
        'tell others.',
    ),
    cfg.IntOpt(
        'preflight_timeout',
        default=10,
        min=1,
        help='Seconds after which a service that was asked for limits is not '
        'waited for any longer.',
    ),
    cfg.IntOpt(
        'preflight_threads',
        default=16,
        min=1,
        help='Threads of one process that ask for limits.',
    ),
    cfg.BoolOpt(
        'unified_limits',
        default=False,
        help='Read the limits of projects from Keystone, where "desktops" and '
        '"pools" must be registered for the service. Needs [oslo_limit].',
    ),
    cfg.IntOpt(
        'desktops',
        default=-1,
        min=-1,
        help='Desktops that a project may have; -1 is no limit. Ignored with '
        'unified_limits.',
    ),
    cfg.IntOpt(
        'pools',
        default=-1,
        min=-1,
        help='Pools that a project may have; -1 is no limit. Ignored with '
        'unified_limits.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
