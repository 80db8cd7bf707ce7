"""What operators are told about the database."""

from alembic.util import exc as alembic_exc
import ddt
from oslo_db import exception as db_exc
from oslotest import base
from sqlalchemy import exc as sa_exc

from clouddesk.db import errors

_DRIVER = sa_exc.OperationalError('SELECT secret', {}, Exception('no route'))


@ddt.ddt
class ExplainTestCase(base.BaseTestCase):
    @ddt.data(
        (db_exc.CantStartEngineError(), 'not set'),
        (db_exc.DBNonExistentDatabase('cd'), 'create it'),
        (db_exc.DBConnectionError(_DRIVER), 'does not answer: no route'),
        (alembic_exc.CommandError('No revision x'), 'No revision x'),
        (sa_exc.NoSuchModuleError('nothing'), 'driver'),
        (ModuleNotFoundError('No module MySQLdb'), 'MySQLdb'),
        (sa_exc.ArgumentError('mysql://u:secret'), 'not a valid URL'),
        (db_exc.DBError(_DRIVER), 'refused: no route'),
        (_DRIVER, 'refused: no route'),
    )
    @ddt.unpack
    def test_explain(self, error, text):
        self.assertIsInstance(error, errors.ERRORS)
        explained = errors.explain(error)
        self.assertIn(text, explained)
        self.assertNotIn('secret', explained)
