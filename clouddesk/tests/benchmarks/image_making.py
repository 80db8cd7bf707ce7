"""An image of a builder beside ``openstack server image create --wait``."""

import argparse
from collections.abc import Iterator
import contextlib
import statistics
import time
from typing import Any

from clouddesk.tests.benchmarks import clouds
from clouddesk.tests.benchmarks import report

AIM = (
    'from the request to finish a build until the image can be used: at most '
    '1.15 times as long as "openstack server image create --wait" of a server '
    'like the builder'
)

_RATIO = '<= 1.15'


def run(options: argparse.Namespace) -> Iterator[report.Row]:
    cloud = clouds.connect()
    ours, usable, theirs = [], [], []
    for _round in range(options.rounds):
        with _server(cloud) as name:
            theirs.append(_image_of(cloud, name))
        whole, until = _build(cloud)
        ours.append(whole)
        usable.append(until)
    rounds = 'rounds: %s and %s' % (_seen(usable), _seen(theirs))
    yield report.Row(
        'finish until activated',
        statistics.median(usable),
        statistics.median(theirs),
        's',
        _RATIO,
        'both are off before; %s' % rounds,
    )
    yield report.Row(
        'the same, until the builder is gone and the command ends',
        statistics.median(ours),
        statistics.median(theirs),
        's',
    )


def _seen(seconds: list[float]) -> str:
    return ', '.join('%.1f' % each for each in seconds)


@contextlib.contextmanager
def _server(cloud: Any) -> Iterator[str]:
    """A server that is off."""
    name = clouds.name()
    made = ('--image', clouds.IMAGE, '--flavor', clouds.FLAVOR)
    try:
        clouds.run(
            'server',
            'create',
            *made,
            '--network',
            clouds.NETWORK,
            '--wait',
            name,
        )
        server = cloud.compute.find_server(name, ignore_missing=False)
        cloud.compute.stop_server(server)
        cloud.compute.wait_for_server(server, 'SHUTOFF', wait=600)
        yield name
    finally:
        clouds.run('server', 'delete', '--wait', name)


def _image_of(cloud: Any, name: str) -> float:
    try:
        return clouds.run(
            'server', 'image', 'create', '--wait', '--name', name, name
        )
    finally:
        _remove_image(cloud, name)


def _build(cloud: Any) -> tuple[float, float]:
    """Seconds until the command ended, and until the image could be used."""
    name = clouds.name()
    desk = cloud.desktop
    made = ('--image', clouds.IMAGE, '--flavor', clouds.FLAVOR)
    try:
        clouds.run(
            *('desktop', 'image', 'build', 'create', name),
            *(*made, '--network', clouds.NETWORK, '--wait'),
        )
        build = desk.find_image_build(name, ignore_missing=False)
        clouds.run('desktop', 'stop', '--wait', build.desktop_id)
        return _finish(desk, build.id)
    finally:
        _remove_build(desk, name)
        _remove_image(cloud, name)


def _finish(desk: Any, build_id: str) -> tuple[float, float]:
    words = ('desktop', 'image', 'build', 'finish', '--wait', build_id)
    began = time.monotonic()
    with clouds.running(*words) as process:

        def is_usable() -> bool:
            if process.poll():
                raise report.Failed('the build could not be finished')
            return bool(desk.get_image_build(build_id).activated_at)

        clouds.until(is_usable, 'an image that can be used')
        usable = time.monotonic() - began
        process.wait(clouds.PATIENCE)
    return time.monotonic() - began, usable


def _remove_build(desk: Any, name: str) -> None:
    build = desk.find_image_build(name)
    order = build and desk.delete_image_build(build.id)
    if order:
        desk.wait_for_work_order(order)


def _remove_image(cloud: Any, name: str) -> None:
    for image in cloud.image.images(name=name):
        cloud.image.delete_image(image)
