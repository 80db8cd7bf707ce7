"""The least that an API of OpenStack can be, to compare clouddesk with.

Pecan, one controller that answers with what it was told at the start, and
Keystone's middleware with the same configuration. Serve ``application``.
"""

import json
import os
from typing import Any

from keystonemiddleware import auth_token
from oslo_config import cfg
import pecan
from pecan import rest

#: In the environment: the answer, and the configuration file.
ANSWER = 'CLOUDDESK_BARE_ANSWER'
CONFIG = 'CLOUDDESK_BARE_CONFIG'


class _Things(rest.RestController):
    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer

    @pecan.expose('json')
    def get_one(self, thing_id: str) -> dict[str, Any]:
        return self.answer


class _Root:
    def __init__(self, answer: dict[str, Any]) -> None:
        self.things = _Things(answer)


def _build() -> Any:
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[os.environ[CONFIG]])
    app = pecan.Pecan(_Root(json.loads(os.environ[ANSWER])))
    return auth_token.AuthProtocol(app, {'oslo_config_config': conf})


if ANSWER in os.environ:
    application = _build()
