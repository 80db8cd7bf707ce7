"""What desktops and pools are made from, as the API shows it."""

from typing import Any

from clouddesk.db import models


def spec(
    row: models.Course | models.Desktop | models.Pool | models.Template,
) -> dict[str, Any]:
    return {
        'image_id': row.image_id,
        'flavor_id': row.flavor_id,
        'network_id': row.network_id,
        'boot_from': row.boot_from,
        'volume_size': row.volume_size,
        'availability_zone': row.availability_zone,
        'data_images': row.data_images,
        'vcpus': row.vcpus,
        'ram': row.ram,
        'disk': row.disk,
        'floating_network_id': row.floating_network_id,
        'remote_protocols': row.remote_protocols,
        'login': _login(row),
        'components': row.components,
        'has_user_data': row.has_user_data,
        'keep_running': row.keep_running,
    }


def template(
    row: models.Desktop | models.Pool | models.Course,
) -> dict[str, Any] | None:
    """The template that something was made from (S24)."""
    found = row.template
    if found is None:
        return None
    return {
        'id': found.id,
        'name': found.name,
        'revision': row.template_revision,
        'current_revision': found.revision,
        'drift': row.template_revision != found.revision,
    }


def _login(row: Any) -> dict[str, str] | None:
    """The account, without anything that opens it."""
    if row.login_user is None:
        return None
    method = 'key' if row.public_key else 'password'
    return {'user': row.login_user, 'method': method}
