"""How much room images take, as the API shows it."""

from typing import Any

from clouddesk.conf import CONF

OK = 'ok'
WARNING = 'warning'
CRITICAL = 'critical'


def usage(used: int, total: int | None, source: str) -> dict[str, Any]:
    """
    :param used: bytes
    :param total: bytes; None is unknown, or no limit
    :param source: ``limits`` of Glance, or ``sum`` of the images
    """
    percent = _percent(used, total)
    return {
        'used': used,
        'total': total,
        'percent': percent,
        'level': _level(percent),
        'source': source,
    }


def _percent(used: int, total: int | None) -> int | None:
    if total is None:
        return None
    # Where nothing is allowed, all of it is used.
    return 100 * used // total if total else 100


def _level(percent: int | None) -> str:
    if percent is None or percent < CONF.images.usage_warning:
        return OK
    if percent < CONF.images.usage_critical:
        return WARNING
    return CRITICAL
