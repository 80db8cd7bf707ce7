"""Tells load balancers whether this process can answer."""

from oslo_log import log
from oslo_middleware.healthcheck import pluginbase
import sqlalchemy as sa

from clouddesk import db

LOG = log.getLogger(__name__)


class DatabaseHealthcheck(pluginbase.HealthcheckBaseExtension):
    """Unhealthy while the database does not answer.

    Enabled with ``[healthcheck] backends = clouddesk_database``.
    """

    def healthcheck(self, server_port: int) -> pluginbase.HealthcheckResult:
        try:
            with db.reader() as session:
                session.execute(sa.select(1))
        except Exception as error:
            LOG.warning('The database does not answer: %s', error)
            return pluginbase.HealthcheckResult(
                available=False, reason='The database does not answer'
            )
        return pluginbase.HealthcheckResult(available=True, reason='OK')
