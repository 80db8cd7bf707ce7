"""clouddesk-status: is everything ready for this release?"""

import sys

from oslo_config import cfg
from oslo_db import options as db_options
from oslo_upgradecheck import common_checks
from oslo_upgradecheck import upgradecheck

from clouddesk import db
from clouddesk.db import errors
from clouddesk.db import migration
from clouddesk.i18n import _


class Checks(upgradecheck.UpgradeCommands):
    """The checks of ``clouddesk-status upgrade check``."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._upgrade_checks = (
            (_('Database'), Checks.database),
            (
                _('Policy file format'),
                (common_checks.check_policy_json, {'conf': conf}),
            ),
        )

    def database(self) -> upgradecheck.Result:
        """It answers, and its tables are those of this release."""
        try:
            db.configure(self._conf, max_retries=0)
            found, wanted = migration.version(), migration.head()
        except errors.ERRORS as error:
            return _failure(errors.explain(error))
        if found != wanted:
            return _failure(
                _(
                    'The tables are at revision %(found)s, this release '
                    'needs %(wanted)s; run clouddesk-manage db sync.'
                )
                % {'found': found, 'wanted': wanted}
            )
        return upgradecheck.Result(upgradecheck.Code.SUCCESS)


def main(argv: list[str] | None = None) -> int:
    """Run the checks.

    :returns: 0 when all is well, 1 for warnings, 2 for failures, 255 when a
        check broke
    """
    conf = cfg.ConfigOpts()
    db_options.set_defaults(conf)
    return upgradecheck.main(
        conf,
        project='clouddesk',
        upgrade_command=Checks(conf),
        argv=sys.argv[1:] if argv is None else argv,
    )


def _failure(text: str) -> upgradecheck.Result:
    return upgradecheck.Result(upgradecheck.Code.FAILURE, text)
