"""What schemathesis does besides, in its own process.

Counts every answer into the file ``CLOUDDESK_FUZZ_COUNT``, and looks whether
refusals tell what is wrong.
"""

import atexit
import collections
import json
import os
from typing import Any
from urllib import parse

import schemathesis

#: Characters; a line of a request has at most 65,536.
_LONGEST = 60_000

#: (phase, mode, route, status) -> answers
_SEEN: collections.Counter[tuple[str, str, str, int]] = collections.Counter()


@schemathesis.hook
def filter_query(context: Any, query: Any) -> bool:
    """Longer ones are refused by the HTTP server, and never seen by us."""
    return len(parse.urlencode(query or {}, doseq=True)) < _LONGEST


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    meta = case.meta
    phase, mode = meta.phase.name.value, meta.generation.mode.value
    _SEEN[phase, mode, case.operation.label, response.status_code] += 1


@schemathesis.check
def refusals_tell_what_is_wrong(ctx: Any, response: Any, case: Any) -> None:
    """House rule 9: bad input gets a 4xx that names the field."""
    status = response.status_code
    if status < 400 or case.method == 'HEAD':
        return
    try:
        error = response.json()['error']
    except (LookupError, TypeError, ValueError):
        raise AssertionError('%d %r' % (status, response.text[:200])) from None
    assert error['status'] == status, error
    assert error['message'], error
    assert error['code'], error
    (told,) = response.headers['x-openstack-request-id']
    assert error['request_id'] == told, error
    if status == 400:
        assert error['details'].get('field'), error
    if status == 405:
        assert response.headers['allow'], error
    if status in (429, 503):
        assert response.headers['retry-after'], error


def _write() -> None:
    with open(os.environ['CLOUDDESK_FUZZ_COUNT'], 'w') as file:
        json.dump([[*place, count] for place, count in _SEEN.items()], file)


atexit.register(_write)
