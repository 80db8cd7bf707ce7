"""Options of images."""

from oslo_config import cfg

GROUP = cfg.OptGroup('images', title='Images')

OPTS = [
    cfg.IntOpt(
        'capacity',
        default=0,
        min=0,
        help='GiB that the images of one project may take, where Glance has '
        'no unified limits; 0 is unknown. It is only shown, not enforced.',
    ),
    cfg.StrOpt(
        'capture_format',
        default='qcow2',
        choices=('qcow2', 'raw', 'vdi', 'vmdk'),
        help='Format of images that are made of disks in Cinder. For other '
        'disks Nova chooses it. Encrypted volumes can only become raw ones.',
    ),
    cfg.IntOpt(
        'usage_warning',
        default=80,
        min=1,
        max=100,
        help='Percent of the room for images from which on its use is shown '
        'as a warning.',
    ),
    cfg.IntOpt(
        'usage_critical',
        default=95,
        min=1,
        max=100,
        help='Percent of the room for images from which on its use is shown '
        'as critical.',
    ),
    cfg.StrOpt(
        'default_login_user',
        help='Account to log in with where neither the desktop nor its image '
        'has one of its own; whoever may open a desktop is told of it.',
    ),
    cfg.StrOpt(
        'default_login_password',
        secret=True,
        help='Password of default_login_user.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
