"""What desktops and pools are made from, as the API shows it."""

from typing import Any

from clouddesk.db import models


def spec(row: models.Desktop | models.Pool) -> dict[str, Any]:
    return {
        'image_id': row.image_id,
        'flavor_id': row.flavor_id,
        'network_id': row.network_id,
        'boot_from': row.boot_from,
        'volume_size': row.volume_size,
        'availability_zone': row.availability_zone,
        'vcpus': row.vcpus,
        'ram': row.ram,
        'disk': row.disk,
    }
