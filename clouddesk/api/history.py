"""What requests do to what, for the history (M22).

Every route that changes something passes through here, so a new noun has a
history without a line of its own: its rule names the action, its URL the
subject, and the answer the outcome.
"""

from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
from typing import Any

from oslo_log import log

from clouddesk import events
from clouddesk import exceptions
from clouddesk.api import request as cd_request
from clouddesk.conf import CONF
from clouddesk.db import journal
from clouddesk.db.api import events as db

LOG = log.getLogger(__name__)

_READING = ('GET', 'HEAD')

#: Statuses of requests that began nothing: they were not understood, or are
#: about what does not exist for the one who asks.
_UNTOLD = frozenset({400, 404})

#: What the column of an id takes.
_LONGEST_ID = 36


class Silent:
    """A request that changes nothing."""

    def read(self) -> None:
        """The request was understood."""

    def answered(self, result: Any) -> None:
        """It was done."""


class Told(Silent):
    """A request that changes something."""

    def __init__(
        self, req: cd_request.Request, rule: str, ids: Sequence[str]
    ) -> None:
        self._req = req
        self.is_rehearsal = False
        caller = req.caller
        self.telling = journal.Telling(
            events.action_of(rule),
            {
                'project_id': caller.project_id,
                'user_id': caller.user_id,
                'request_id': caller.request_id,
            },
        )
        self.telling.name(list(ids[:1]))

    def read(self) -> None:
        """Find out what the request is about, and which fields it has."""
        self.is_rehearsal = self._req.query.get('dry_run', False)
        given = dict(self._req.input or {})
        batch = given.pop(events.noun_of(self.telling.action) + '_ids', ())
        if batch:
            self.telling.name([i for i in batch if len(i) <= _LONGEST_ID])
        if given:
            self.telling.details = {'fields': sorted(given)}

    def answered(self, result: Any) -> None:
        """Find out what was made, or what its name is."""
        body = getattr(result, 'body', result)
        if self.telling.order_id is None and isinstance(body, dict):
            id_ = body.get('id')
            project_id = body.get('project_id') or body.get('owner')
            values = {'name': body.get('name'), 'project_id': project_id}
            if isinstance(id_, str):
                self.telling.made(id_, values)
                self.telling.describe(id_, values)


@contextlib.contextmanager
def kept(
    req: cd_request.Request, rule: str, ids: Sequence[str]
) -> Iterator[Silent]:
    """Keep what is done inside.

    :param rule: the rule that guards the route
    :param ids: those in the URL
    """
    if req.method in _READING:
        yield Silent()
        return
    told = Told(req, rule, ids)
    with journal.telling(told.telling):
        try:
            yield told
        except exceptions.ClouddeskError as error:
            if told.telling.rows or _is_told(error):
                told.telling.failed(error.code)
                _end(told)
            raise
    _end(told)


def _is_told(error: exceptions.ClouddeskError) -> bool:
    return CONF.history.refusals and error.status not in _UNTOLD


def _end(told: Told) -> None:
    if told.is_rehearsal:
        return
    try:
        events.tell(db.end(told.telling))
    except Exception:
        # What was done is done: the answer must not say anything else.
        LOG.exception('Not in the history: %s', told.telling.action)
