"""Options on the command line of clouddesk-standalone."""

from oslo_config import cfg
from oslo_config import types


class _Port(types.Port):
    def __repr__(self) -> str:
        # oslo.config shows this to whoever mistypes it.
        return 'port (%s to %s)' % (self.min, self.max)


CLI_OPTS = [
    cfg.StrOpt(
        'os-cloud',
        metavar='NAME',
        help='A cloud of clouds.yaml; by default OS_CLOUD, or else what the '
        'OS_* variables tell.',
    ),
    cfg.HostAddressOpt(
        'listen',
        default='127.0.0.1',
        help='Address that the API listens on.',
    ),
    cfg.Opt('port', type=_Port(min=1), default=8790, help='Port of the API.'),
    cfg.StrOpt(
        'data-dir',
        metavar='DIR',
        help='Where the database is; by default clouddesk in XDG_DATA_HOME, '
        'which is ~/.local/share.',
    ),
]


def register_cli_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_cli_opts(CLI_OPTS)
