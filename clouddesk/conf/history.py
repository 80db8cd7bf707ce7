"""Options of the history."""

from oslo_config import cfg

GROUP = cfg.OptGroup(
    'history',
    title='History',
    help='What is kept of who did what.',
)

OPTS = [
    cfg.IntOpt(
        'days',
        default=365,
        min=0,
        help='Days after which an event is removed. 0 keeps them all.',
    ),
    cfg.BoolOpt(
        'refusals',
        default=True,
        help='Keep also what somebody was not allowed to do, or could not '
        'do then. What was not understood, or is about what does not exist '
        'for the one who asked, is never kept.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
