"""Limits, as the API shows them."""

from collections.abc import Mapping
from typing import Any

from clouddesk import exceptions
from clouddesk.api import limits as api_limits
from clouddesk.api import preflight


def limits(
    project_id: str, said: Mapping[str, preflight.Told]
) -> dict[str, Any]:
    """What the services told about a project, and who told nothing."""
    shown: dict[str, Any] = {}
    unknown = []
    for service, told in said.items():
        if isinstance(told, exceptions.CloudError):
            unknown.append({'service': service, 'message': told.text})
        else:
            shown[service] = {
                resource: preflight.amount(limit)
                for resource, limit in told.items()
            }
    return {
        'project_id': project_id,
        'limits': shown,
        'options': api_limits.options(),
        'unknown': unknown,
    }
