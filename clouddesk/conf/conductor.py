"""Options of the conductor."""

from oslo_config import cfg

GROUP = cfg.OptGroup(
    'conductor',
    title='Conductor',
    help='How work orders are claimed and carried out.',
)

OPTS = [
    cfg.StrOpt(
        'host',
        sample_default='<the host name>',
        help='Name of this conductor in leases and messages.',
    ),
    cfg.IntOpt(
        'workers',
        default=1,
        min=1,
        help='Number of conductor processes.',
    ),
    cfg.IntOpt(
        'max_work_orders',
        default=16,
        min=1,
        help='Work orders that one process carries out at the same time. '
        'Further ones wait for a free place or another conductor.',
    ),
    cfg.IntOpt(
        'max_threads',
        default=32,
        min=2,
        help='Threads of one process that call other services.',
    ),
    cfg.IntOpt(
        'max_builds_per_order',
        default=20,
        min=1,
        help='Desktops of one work order that may be building or booting at '
        'once.',
    ),
    cfg.IntOpt(
        'consecutive_failure_limit',
        default=5,
        min=0,
        help='Builds that may fail one after another before the rest of the '
        'work order is not started. 0 switches the limit off.',
    ),
    cfg.IntOpt(
        'lease_seconds',
        default=90,
        min=2,
        help='A work order whose conductor did not renew its lease for so '
        'long is taken over by another.',
    ),
    cfg.FloatOpt(
        'claim_interval',
        default=5.0,
        min=0.1,
        help='Seconds between looks for work orders whose message was lost '
        'or whose lease expired.',
    ),
    cfg.FloatOpt(
        'sync_interval',
        default=60.0,
        min=0.1,
        help='Seconds between comparisons of all desktops with Nova.',
    ),
    cfg.FloatOpt(
        'return_interval',
        default=60.0,
        min=0.1,
        help='Seconds between looks for floating desktops that should go '
        'back to their pools.',
    ),
    cfg.IntOpt(
        'max_restarts',
        default=3,
        min=0,
        help='How often a desktop that shall keep running is started again '
        'within restart_window. After that it stays off.',
    ),
    cfg.IntOpt(
        'restart_window',
        default=3600,
        min=1,
        help='Seconds in which max_restarts are counted.',
    ),
    cfg.FloatOpt(
        'sweep_interval',
        default=600.0,
        min=0.1,
        help='Seconds between searches for what a dead conductor left behind: '
        'servers, ports, volumes and floating IPs, and snapshots, copies of '
        'disks and images of image builds.',
    ),
    cfg.IntOpt(
        'sweep_grace',
        default=1800,
        min=1,
        help='Seconds that such a thing must have been seen as left over '
        'before it is removed.',
    ),
    cfg.FloatOpt(
        'poll_interval',
        default=4.0,
        min=0.1,
        help='Seconds between looks at Nova for desktops that a work order '
        'waits for. Notifications make waiting shorter.',
    ),
    cfg.IntOpt(
        'build_timeout',
        default=1800,
        min=1,
        help='Seconds that Nova may take to build one server.',
    ),
    cfg.IntOpt(
        'action_timeout',
        default=600,
        min=1,
        help='Seconds that Nova may take for start, stop, reboot or delete.',
    ),
    cfg.IntOpt(
        'capture_timeout',
        default=7200,
        min=1,
        help='Seconds that Nova or Cinder may take for each of the steps in '
        'which a disk becomes an image.',
    ),
    cfg.IntOpt(
        'step_retries',
        default=3,
        min=0,
        help='How often a step is tried again after a transient error.',
    ),
    cfg.IntOpt(
        'finished_order_days',
        default=30,
        min=0,
        help='Days after which a finished work order is removed. 0 keeps '
        'them all.',
    ),
    cfg.BoolOpt(
        'listen_to_nova',
        default=True,
        help='Follow the notifications of Nova.',
    ),
    cfg.StrOpt(
        'notification_exchange',
        default='nova',
        help='Exchange that Nova sends notifications to: its '
        'control_exchange.',
    ),
    cfg.ListOpt(
        'notification_topics',
        default=['versioned_notifications'],
        help='Topics on which Nova sends versioned notifications.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
