"""Options of what must not be read by others."""

from oslo_config import cfg

GROUP = cfg.OptGroup('secrets', title='Secrets')

OPTS = [
    cfg.StrOpt(
        'driver',
        default='embedded',
        help='What keeps the passwords that desktops are made with, as '
        'hashes: "embedded" encrypts them with the keys of key_file and keeps '
        'them in the database, "castellan" hands them to the key manager that '
        '[key_manager] describes, such as Barbican. Drivers are entry points '
        'of clouddesk.secret_store.',
    ),
    cfg.StrOpt(
        'key_file',
        default='/etc/clouddesk/secrets.keys',
        help='Keys of the embedded driver, one on each line; API and '
        'conductors need the same. The first one encrypts, all of them '
        'decrypt. "clouddesk-manage secrets key" adds one.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
