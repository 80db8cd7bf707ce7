"""The migrations make exactly the tables that the models describe."""

import os
from typing import Any
import unittest

from oslo_config import fixture as config_fixture
from oslo_db import options
from oslo_db.sqlalchemy import test_migrations
from oslotest import base
import sqlalchemy as sa

from clouddesk import conf
from clouddesk import db
from clouddesk.db import migration
from clouddesk.db import models


class _MigrationsSync(test_migrations.ModelsMigrationsSync):
    """The same tests on each kind of database."""

    url: str | None = None

    def setUp(self) -> None:
        super().setUp()
        if not self.url:
            raise unittest.SkipTest('no URL of such a database is given')
        options.set_defaults(conf.CONF)
        config = self.useFixture(config_fixture.Config(conf.CONF)).config
        config(group='database', connection=self.url)
        config(group='database', max_retries=1)
        db.configure(conf.CONF)
        self.addCleanup(db.close)
        self._drop()
        self.addCleanup(self._drop)

    def _drop(self) -> None:
        engine = db.engine()
        models.Base.metadata.drop_all(engine)
        with engine.begin() as connection:
            connection.execute(sa.text('DROP TABLE IF EXISTS alembic_version'))

    def get_engine(self) -> sa.Engine:
        return db.engine()

    def get_metadata(self) -> sa.MetaData:
        return models.Base.metadata

    def db_sync(self, engine: sa.Engine) -> None:
        migration.upgrade()

    def test_constraints_are_those_of_the_models(self) -> None:
        """Alembic compares columns and indexes; this compares the rest."""
        models.Base.metadata.create_all(db.engine())
        wanted = self._constraints()
        self._drop()
        migration.upgrade()
        self.assertEqual(wanted, self._constraints())
        checks = wanted['work_orders']['checks']
        self.assertIn('ck_work_orders_status', checks)

    def _constraints(self) -> dict[str, Any]:
        inspector = sa.inspect(db.engine())
        return {
            table: {
                'checks': {
                    check['name']: check['sqltext']
                    for check in inspector.get_check_constraints(table)
                },
                'keys': sorted(
                    (key['name'], key['options'].get('ondelete'))
                    for key in inspector.get_foreign_keys(table)
                ),
                'options': inspector.get_table_options(table),
            }
            for table in models.Base.metadata.tables
        }

    def test_version_is_none_before_and_head_after(self) -> None:
        self.assertIsNone(migration.version())
        migration.upgrade()
        self.assertEqual(migration.head(), migration.version())

    def test_upgrade_again_changes_nothing(self) -> None:
        migration.upgrade()
        with db.engine().begin() as connection:
            rows = {'id': 'o', 'project_id': 'p', 'user_id': 'u', 'kind': 'k'}
            connection.execute(sa.insert(models.WorkOrder), rows)
        migration.upgrade()
        with db.reader() as session:
            self.assertEqual(
                'o', session.scalar(sa.select(models.WorkOrder.id))
            )


class SQLiteMigrationsTestCase(_MigrationsSync, base.BaseTestCase):
    url = 'sqlite://'


class MySQLMigrationsTestCase(_MigrationsSync, base.BaseTestCase):
    url = os.environ.get('CLOUDDESK_TEST_MYSQL_URL')


class PostgreSQLMigrationsTestCase(_MigrationsSync, base.BaseTestCase):
    url = os.environ.get('CLOUDDESK_TEST_POSTGRESQL_URL')
