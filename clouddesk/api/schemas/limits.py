"""Limits, and what a dry run finds."""

from clouddesk.api.schemas import common

#: With ``dry_run`` a request says what it would do and does nothing.
DRY_RUN = common.fields({'dry_run': common.BOOLEAN})

_NUMBER = common.nullable(common.INTEGER)
_AMOUNT = {'used': _NUMBER, 'limit': _NUMBER, 'free': _NUMBER}
_NEED = {'needed': common.INTEGER, **_AMOUNT}

#: By the type of the service in the catalogue.
_RESOURCES = {
    'desktop': ('desktops', 'pools'),
    'compute': ('instances', 'cores', 'ram'),
    'block-storage': (
        'volumes',
        'gigabytes',
        'snapshots',
        'per_volume_gigabytes',
    ),
    'network': (
        'ports',
        'addresses',
        'floating_ips',
        'floating_addresses',
        'security_groups',
    ),
    'image': (
        'image_size_total',
        'image_stage_total',
        'image_count_total',
        'image_count_uploading',
    ),
}


def _by_service(amount: dict[str, common.Schema]) -> common.Schema:
    services = {}
    for service, resources in _RESOURCES.items():
        whole = common.whole(
            dict.fromkeys(resources, common.whole(amount)), optional=resources
        )
        if service == 'block-storage':
            # Those of the default volume type.
            whole['patternProperties'] = {
                '^(volumes|gigabytes|snapshots)_.': common.whole(amount)
            }
        services[service] = whole
    return common.whole(services, optional=services)


_REFUSAL = common.whole(
    {
        'kind': common.one_of(('over_quota', 'unknown')),
        'service': common.STRING,
        'resource': common.OPTIONAL_STRING,
        'needed': _NUMBER,
        'free': _NUMBER,
        'limit': _NUMBER,
        'message': common.STRING,
    }
)

PREVIEW = common.whole(
    {
        'accepted': common.BOOLEAN,
        'needs': _by_service(_NEED),
        'refusals': {'type': 'array', 'items': _REFUSAL},
        'names': {'type': 'array', 'items': common.STRING},
    }
)

SHOW = common.fields({'project_id': common.NAME_255})

#: Limits of single requests, all of them options of the operator.
_OPTIONS = common.whole(
    {
        'max_batch_size': common.INTEGER,
        'max_action_size': common.INTEGER,
        'max_wave': common.INTEGER,
        'max_pool_size': common.INTEGER,
        'max_page_size': common.INTEGER,
        'max_export_rows': common.INTEGER,
        'max_request_body_size': common.INTEGER,
    }
)

LIMITS = common.whole(
    {
        'project_id': common.STRING,
        'limits': _by_service(_AMOUNT),
        'options': _OPTIONS,
        'unknown': {
            'type': 'array',
            'items': common.whole(
                {'service': common.STRING, 'message': common.STRING}
            ),
        },
    }
)

_STRINGS = {'type': 'array', 'items': common.STRING}

CAPABILITIES = common.whole(
    {
        'boot_from': _STRINGS,
        'console_types': _STRINGS,
        'default_console_type': common.STRING,
        'remote_protocols': _STRINGS,
        'components': _STRINGS,
        'export_formats': _STRINGS,
        'services': common.whole(
            dict.fromkeys(
                (
                    'volume',
                    'key_manager',
                    'instance_ha',
                    'object_store',
                    'load_balancer',
                    'dns',
                ),
                common.BOOLEAN,
            )
        ),
        'image_import_methods': _STRINGS,
        'region': common.OPTIONAL_STRING,
        'options': _OPTIONS,
        'microversions': {
            'type': 'array',
            'items': common.whole(
                {'version': common.STRING, 'reason': common.STRING}
            ),
        },
    }
)
