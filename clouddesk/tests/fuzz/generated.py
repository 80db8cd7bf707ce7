"""Requests that schemathesis makes out of the OpenAPI document."""

import collections
from collections.abc import Iterable
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import Any

from clouddesk.tests.fuzz import target as targets

#: Checks that say nothing here, and why.
_SENSELESS = (
    # An image that is not there, a size beyond an operator's limit, two
    # fields that exclude each other: no schema can know.
    'positive_data_acceptance',
    # Takes desktops for gone that an order is still deleting.
    'use_after_free',
    'ensure_resource_availability',
)

#: Besides 400 and the like: what is too large is not read at all.
_REFUSED = (400, 401, 403, 404, 405, 406, 409, 413, 415)

_LAUNCH = 'from schemathesis.cli import schemathesis; schemathesis()'


@dataclasses.dataclass
class Totals:
    """What came of it.

    :ivar seen: (phase, mode, route, status) -> number of answers
    :ivar said: what schemathesis printed
    :ivar good: whether every answer was as it should be
    """

    seen: collections.Counter[tuple[str, str, str, int]]
    said: str
    good: bool

    def failures(self) -> str:
        """The part of what was said that tells them."""
        _before, found, after = self.said.partition('= FAILURES =')
        _before, error, rest = self.said.partition('= ERRORS =')
        return found + after if found else error + rest

    def failed(self) -> int:
        """How many different failures there are."""
        told = re.search(r'(\d+) unique failure', self.said)
        return int(told.group(1)) if told else int(not self.good)

    def routes(self) -> set[str]:
        return {route for _phase, _mode, route, _status in self.seen}

    def statuses(self) -> collections.Counter[int]:
        found: collections.Counter[int] = collections.Counter()
        for (_phase, _mode, _route, status), count in self.seen.items():
            found[status] += count
        return found


def different(document: dict[str, Any]) -> list[str]:
    """Operation ids, one of those whose requests and answers look alike."""
    found: dict[str, str] = {}
    for operations in document['paths'].values():
        for method, each in operations.items():
            answers = [
                answer
                for status, answer in each['responses'].items()
                if status < '4'
            ]
            parts = (each.get('requestBody'), each['parameters'], answers)
            looks = method + json.dumps(parts, sort_keys=True)
            found.setdefault(looks, each['operationId'])
    return list(found.values())


def run(
    target: targets.Target,
    phases: Iterable[str],
    examples: int = 10,
    seed: int = 1,
    routes: Iterable[str] = (),
    unexpected_methods: Iterable[str] = ('PUT', 'TRACE'),
) -> Totals:
    """Fuzz in a process of its own.

    :param phases: of schemathesis: coverage, fuzzing, stateful
    :param examples: for each route, in phases that are random
    :param routes: operation ids; by default all
    """
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        config = place / 'schemathesis.toml'
        config.write_text(_config(target, unexpected_methods))
        command = [sys.executable, '-c', _LAUNCH, '--config-file', str(config)]
        command += ['run', target.url + '/v1/openapi.json', '--no-color']
        command += ['--phases', ','.join(phases), '--continue-on-failure']
        command += ['--max-examples', str(examples), '--seed', str(seed)]
        command += ['-H', 'X-Auth-Token: ' + target.token]
        for each in routes:
            command += ['--include-operation-id', each]
        environment = os.environ | {
            'SCHEMATHESIS_HOOKS': 'clouddesk.tests.fuzz.hooks',
            'CLOUDDESK_FUZZ_COUNT': str(place / 'count'),
        }
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=environment,
            cwd=folder,
        )
        said = done.stdout + done.stderr
        return Totals(_count(place / 'count'), said, done.returncode == 0)


def _count(path: pathlib.Path) -> collections.Counter[Any]:
    if not path.exists():
        return collections.Counter()
    rows = json.loads(path.read_text())
    return collections.Counter({tuple(row[:-1]): row[-1] for row in rows})


def _config(target: targets.Target, unexpected_methods: Iterable[str]) -> str:
    """TOML; what JSON writes of lists and texts is TOML, too."""
    known = target.known | {'body.size': [1, 2], 'body.count': [1, 2]}
    names = {place: place.replace('.', '_') for place in known}
    lines = ['request-retries = 3', 'request-timeout = 100']
    lines += ['[generation]', 'allow-x00 = true', 'database = "none"']
    lines += ['[phases.coverage]']
    lines += ['unexpected-methods = %s' % json.dumps([*unexpected_methods])]
    lines += ['[checks.negative_data_rejection]']
    lines += ['expected-statuses = %s' % json.dumps(_REFUSED)]
    for check in _SENSELESS:
        lines += ['[checks.%s]' % check, 'enabled = false']
    for place, values in known.items():
        lines += ['[dictionaries.%s]' % names[place]]
        lines += ['values = %s' % json.dumps(values)]
    lines += ['[parameters]']
    for place, name in names.items():
        binding = '{dictionary = "%s", probability = %s}' % (name, _LIKELY)
        lines += ['"%s" = %s' % (place, binding)]
    return '\n'.join(lines)


#: How often a known value is taken where one is known.
_LIKELY = 0.9
