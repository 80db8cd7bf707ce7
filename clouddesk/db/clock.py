"""The clock of the database, the only one that leases are compared with."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext import compiler
from sqlalchemy.sql import expression
from sqlalchemy.sql import functions


class now(functions.FunctionElement[Any]):  # noqa: N801 - reads as a call
    """UTC now of the database plus some seconds, to the microsecond.

    :param seconds: may be negative and have a fraction
    """

    type = sa.DateTime()
    inherit_cache = True
    name = 'clouddesk_now'

    def __init__(self, seconds: float = 0) -> None:
        super().__init__(expression.literal(float(seconds), sa.Float))


@compiler.compiles(now)
def _mysql(element: now, compiler: Any, **kw: Any) -> str:
    return (
        'timestampadd(MICROSECOND, 1000000 * %s, utc_timestamp(6))'
        % compiler.process(element.clauses, **kw)
    )


@compiler.compiles(now, 'postgresql')
def _postgresql(element: now, compiler: Any, **kw: Any) -> str:
    # Not clock_timestamp(): a volatile function keeps indexes from use.
    return (
        "(timezone('utc', statement_timestamp()) + %s * interval '1 second')"
        % compiler.process(element.clauses, **kw)
    )


@compiler.compiles(now, 'sqlite')
def _sqlite(element: now, compiler: Any, **kw: Any) -> str:
    # SQLite knows milliseconds; the zeros keep the text comparable with the
    # six digits that SQLAlchemy stores.
    return (
        "strftime('%%Y-%%m-%%d %%H:%%M:%%f000', 'now', %s || ' seconds')"
        % (compiler.process(element.clauses, **kw))
    )


class moment(functions.FunctionElement[Any]):  # noqa: N801 - reads as a call
    """A moment that functions of the database take for one.

    To MariaDB and MySQL a parameter is text: ``coalesce`` of a column and of
    text is text, which equals no moment that is written otherwise.
    """

    type = sa.DateTime()
    inherit_cache = True
    name = 'clouddesk_moment'

    def __init__(self, value: datetime.datetime) -> None:
        super().__init__(expression.literal(value, sa.DateTime))


@compiler.compiles(moment)
def _moment(element: moment, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiler.compiles(moment, 'mysql', 'mariadb')
def _moment_in_mysql(element: moment, compiler: Any, **kw: Any) -> str:
    return 'CAST(%s AS DATETIME(6))' % compiler.process(element.clauses, **kw)
