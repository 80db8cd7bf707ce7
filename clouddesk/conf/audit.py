"""Options of the audit of requests."""

from oslo_config import cfg

GROUP = cfg.OptGroup(
    'audit',
    title='Audit of requests',
    help='A CADF record of each request, and of each answer, as other '
    'services send them with the same middleware of Keystone. How they are '
    'sent, [audit_middleware_notifications] says.',
)

OPTS = [
    cfg.BoolOpt(
        'enabled',
        default=False,
        help='Send these records. What was done is told without them, too, '
        'see [notifications].',
    ),
    cfg.StrOpt(
        'audit_map_file',
        default='/etc/clouddesk/api_audit_map.conf',
        help='File that names what requests are about.',
    ),
    cfg.ListOpt(
        'ignore_req_list',
        default=['GET', 'HEAD'],
        help='Methods of requests that are not recorded.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
