"""The audit of requests by Keystone's middleware."""

from typing import Any

from keystonemiddleware import audit
from oslo_config import cfg

_HIDDEN = '***'


class _Audit(audit.AuditMiddleware):
    """Keystone's middleware, which tells the ends of each token."""

    def _create_event(self, req: Any) -> Any:
        event = super()._create_event(req)
        event.initiator.credential.token = _HIDDEN
        return event


def layer(conf: cfg.ConfigOpts) -> Any:
    """What ``[audit]`` asks for, as a layer of the application."""

    def surround(app: Any) -> Any:
        return _Audit(
            app,
            oslo_config_config=conf,
            audit_map_file=conf.audit.audit_map_file,
            ignore_req_list=','.join(conf.audit.ignore_req_list),
        )

    return surround
