"""Options of the API service."""

from oslo_config import cfg

GROUP = cfg.OptGroup(
    'api', title='API service', help='How the HTTP API behaves.'
)

OPTS = [
    cfg.StrOpt(
        'service_type',
        default='desktop',
        help='Service type under which the API is registered in the Keystone '
        'catalogue, and the name used in the OpenStack-API-Version header.',
    ),
    cfg.IntOpt(
        'max_limit',
        default=1000,
        min=1,
        help='Largest number of items in one page of a list.',
    ),
    cfg.IntOpt(
        'max_export_rows',
        default=100000,
        min=1,
        max=2**20 - 1,
        help='Largest number of rows of an exported list; more than 1048575 '
        'do not fit into a spreadsheet.',
    ),
    cfg.IntOpt(
        'max_request_body_size',
        default=114688,
        min=1024,
        help='Largest request body in bytes; larger ones get 413.',
    ),
    cfg.IntOpt(
        'max_json_depth',
        default=16,
        min=2,
        help='Deepest nesting of a JSON request body; deeper ones get 400.',
    ),
    cfg.StrOpt(
        'response_validation',
        choices=[
            ('ignore', 'do not look'),
            ('warn', 'log answers that differ from their schema'),
            ('error', 'fail such a request; meant for tests'),
        ],
        default='ignore',
        help='What to do when an answer does not match its schema. Looking '
        'takes time with every request.',
    ),
    cfg.BoolOpt(
        'enable_proxy_headers_parsing',
        default=False,
        help='Trust X-Forwarded-* headers. Needs a proxy that sets them.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> dict:
    return {GROUP: OPTS}
