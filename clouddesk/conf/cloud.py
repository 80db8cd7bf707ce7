"""Options of the calls to other OpenStack services."""

from oslo_config import cfg

GROUP = cfg.OptGroup(
    'cloud',
    title='OpenStack services',
    help='How clouddesk calls Nova, Neutron, Glance, Cinder and Keystone.',
)

OPTS = [
    cfg.StrOpt('region_name', help='Region of the services to use.'),
    cfg.StrOpt(
        'os_cloud',
        help='Name of a cloud in clouds.yaml; "envvars" stands for the OS_* '
        'variables. While [service_auth] is empty, clouddesk works with '
        'these credentials, in their project and in no other. '
        'clouddesk-standalone sets it.',
    ),
    cfg.StrOpt(
        'installation',
        regex='^[0-9A-Za-z._-]{1,64}$',
        help='Tells the things that this clouddesk makes from those of '
        'another one in the same cloud and project: it is noted on servers, '
        'ports, volumes and floating IPs, and only what carries it is '
        'removed as an orphan or a twin. The default is an id that '
        'is made once and kept in the database. What was made '
        'under another value is left alone.',
    ),
    cfg.StrOpt(
        'interface',
        default='internal',
        choices=['public', 'internal', 'admin'],
        help='Endpoint interface to use.',
    ),
    cfg.IntOpt(
        'timeout',
        default=60,
        min=1,
        help='Seconds after which one call is given up. At most two thirds of '
        '[conductor] lease_seconds, so that a fenced worker cannot still be '
        'waiting for an answer.',
    ),
    cfg.IntOpt(
        'connect_retries',
        default=2,
        min=0,
        help='How often a connection that could not be opened is retried.',
    ),
    cfg.StrOpt(
        'console_type',
        default='novnc',
        choices=['novnc', 'spice-html5', 'serial'],
        help='Console offered by default.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
