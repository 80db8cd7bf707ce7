"""The cloud that ``OS_CLOUD`` names, and the command line beside it."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import os
import subprocess
import sys
import time
from typing import Any
import uuid

import openstack

from clouddesk.sdk import hook
from clouddesk.tests.benchmarks import report

#: Seconds that anything may take on a slow machine without KVM.
PATIENCE = 1800
#: Seconds between two looks.
LOOK = 0.5

MEMBER = os.environ.get('OS_CLOUD') or 'school-a'
#: Who may raise the quotas of MEMBER's project.
ADMIN = os.environ.get('CLOUDDESK_TEST_ADMIN_CLOUD') or 'admin'
IMAGE = os.environ.get('CLOUDDESK_TEST_IMAGE') or 'desktop-tiny'
FLAVOR = os.environ.get('CLOUDDESK_TEST_FLAVOR') or 'm1.desk'
FAKE_FLAVOR = os.environ.get('CLOUDDESK_TEST_FAKE_FLAVOR') or 'f1.desk'
NETWORK = os.environ.get('CLOUDDESK_TEST_NETWORK') or 'class'


def connect(cloud: str = MEMBER) -> Any:
    """A connection of openstacksdk with the desktop service."""
    connection = openstack.connect(cloud=cloud)
    hook.attach(connection)
    return connection


def name() -> str:
    """A name that nobody else has, fit for servers and pools."""
    return 'bench-' + uuid.uuid4().hex[:6]


def command(*words: str) -> list[str]:
    """``openstack …`` as a person calls it."""
    return [
        sys.executable,
        '-m',
        'openstackclient.shell',
        '--os-cloud',
        MEMBER,
        *words,
    ]


@contextlib.contextmanager
def running(*words: str) -> Iterator[subprocess.Popen]:
    """``openstack …`` while the block runs; ended with it."""
    process = subprocess.Popen(
        command(*words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate()


def run(*words: str) -> float:
    """Run ``openstack …`` to its end.

    :returns: seconds
    :raises Failed: it was refused
    """
    began = time.monotonic()
    done = subprocess.run(
        command(*words),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    if done.returncode:
        raise report.Failed(
            'openstack %s: %s' % (' '.join(words)[:80], done.stderr[-800:])
        )
    return time.monotonic() - began


def until(look: Callable[[], bool], what: str) -> float:
    """Look again and again until it is so.

    :returns: seconds that it took
    :raises Failed: it took too long
    """
    began = time.monotonic()
    while not look():
        if time.monotonic() - began > PATIENCE:
            raise report.Failed('waited in vain: %s' % what)
        time.sleep(LOOK)
    return time.monotonic() - began


class Quotas:
    """Raises what is too small for so many desktops, and puts it back."""

    def __init__(self, project_id: str, admin: str = ADMIN) -> None:
        self._project_id = project_id
        self._admin = admin

    @contextlib.contextmanager
    def enough_for(self, number: int, flavor: Any) -> Iterator[None]:
        """While the block runs, the project may have so many more."""
        cloud = openstack.connect(cloud=self._admin)
        needs = {
            'instances': number,
            'cores': number * flavor.vcpus,
            'ram': number * flavor.ram,
        }
        old = _too_small(
            cloud.compute.get_quota_set(self._project_id, usage=True), needs
        )
        ports = _too_small(
            cloud.network.get_quota(self._project_id, details=True),
            {'ports': number},
        )
        try:
            if old:
                raised = {k: v + needs[k] for k, v in old.items()}
                _set_compute(cloud, self._project_id, raised)
            if ports:
                raised = {'port': ports['ports'] + number}
                cloud.network.update_quota(self._project_id, **raised)
            yield
        finally:
            if old:
                _set_compute(cloud, self._project_id, old)
            if ports:
                back = {'port': ports['ports']}
                cloud.network.update_quota(self._project_id, **back)


def _too_small(quota: Any, needs: dict[str, int]) -> dict[str, int]:
    """The limits that leave no room, by name."""
    found = {}
    for key, need in needs.items():
        limit, used = _limit_and_use(quota, key)
        if 0 <= limit < used + need:
            found[key] = limit
    return found


def _limit_and_use(quota: Any, key: str) -> tuple[int, int]:
    value = getattr(quota, key)
    if isinstance(value, dict):
        return value['limit'], value['used'] + value.get('reserved', 0)
    return value, (quota.usage or {}).get(key, 0)


def _set_compute(cloud: Any, project_id: str, values: dict[str, int]) -> None:
    cloud.compute.put(
        '/os-quota-sets/%s' % project_id, json={'quota_set': values}
    ).raise_for_status()
