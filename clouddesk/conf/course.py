"""Options of courses."""

from oslo_config import cfg

GROUP = cfg.OptGroup('course', title='Courses')

OPTS = [
    cfg.FloatOpt(
        'timetable_interval',
        default=10.0,
        min=0.1,
        help='Seconds between looks at the timetables of courses.',
    ),
    cfg.IntOpt(
        'max_lessons',
        default=100,
        min=1,
        help='Largest number of lessons in a week of one course.',
    ),
    cfg.IntOpt(
        'ahead',
        default=15,
        min=0,
        help='Minutes before the bell at which the desktops of a course '
        'begin to start, when the course does not say.',
    ),
    cfg.IntOpt(
        'max_ahead',
        default=240,
        min=0,
        help='Largest number of such minutes that a course may ask for.',
    ),
    cfg.IntOpt(
        'max_roster',
        default=1000,
        min=1,
        help='Largest number of users and groups in the roster of one course.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
