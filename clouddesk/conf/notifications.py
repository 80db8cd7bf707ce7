"""Options of what clouddesk tells others on the message bus."""

from oslo_config import cfg
from oslo_config import types

GROUP = cfg.OptGroup(
    'notifications',
    title='Notifications',
    help='What is told of each operation. Nothing is sent before '
    '[oslo_messaging_notifications] driver says how, such as messagingv2.',
)

VERSIONED = 'versioned'
CADF = 'cadf'

OPTS = [
    cfg.ListOpt(
        'formats',
        default=[VERSIONED, CADF],
        item_type=types.String(choices=[VERSIONED, CADF]),
        help='"versioned" sends a payload whose version and fields are '
        'documented, on versioned_topics; "cadf" sends an audit record as '
        'other services do, on [oslo_messaging_notifications] topics. Empty '
        'sends nothing.',
    ),
    cfg.ListOpt(
        'versioned_topics',
        default=['versioned_notifications'],
        help='Topics of versioned notifications. A consumer needs the '
        'exchange, too: control_exchange, which is clouddesk.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
