"""The list of images beside Glance's own: API and command."""

import argparse
from collections.abc import Callable
from collections.abc import Iterator
from concurrent import futures
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from urllib import parse

from clouddesk.tests.benchmarks import clouds
from clouddesk.tests.benchmarks import load
from clouddesk.tests.benchmarks import report
from clouddesk.tests.benchmarks import school

AIM = (
    "the list of 2,000 images: at most a third of the time of Glance's own in "
    'the pages that it makes by itself'
)

_IMAGES = 2000
_ROUNDS = 5
_COMMANDS = 3
_AT_ONCE = 4
#: What Glance counts for a project.
_COUNTED = ('image_count_total', 'image_count_uploading')


def run(options: argparse.Namespace) -> Iterator[report.Row]:
    with school.opened() as place, _room(place), _images(place):
        ours, theirs = _in_turns(
            _ROUNDS, lambda: _ours(place), lambda: _theirs(place)
        )
        yield report.Row(
            'list of %d images beside pages of Glance, API' % _IMAGES,
            ours,
            theirs,
            's',
            '<= 0.33',
            'ours is two pages of 1000, with all that Glance says of each',
        )
        largest, theirs = _in_turns(
            _ROUNDS, lambda: _ours(place), lambda: _theirs(place, 1000)
        )
        yield report.Row(
            'the same beside pages of 1000, API',
            largest,
            theirs,
            's',
            '',
            'the fewest that Glance makes: what clouddesk adds',
        )
        ours, theirs = _in_turns(
            _COMMANDS,
            lambda: _command(
                place, 'desktop', 'image', 'list', '--status=all'
            ),
            lambda: _command(place, 'image', 'list'),
        )
        yield report.Row(
            'openstack desktop image list beside image list, %d' % _IMAGES,
            ours,
            theirs,
            's',
            '<= 0.33',
            'with the start of Python and of the client',
        )


def _in_turns(
    rounds: int, *requests: Callable[[], float]
) -> tuple[float, ...]:
    """Median seconds of each; the first round is not counted."""
    taken = [[request() for request in requests] for _n in range(rounds + 1)]
    return tuple(
        statistics.median(each) for each in zip(*taken[1:], strict=True)
    )


def _ours(place: school.School) -> float:
    url = place.endpoint('desktop').removesuffix('/v1') + '/v1/images'
    return _walk(
        place,
        url + '?status=all',
        lambda page: next(iter(each['href'] for each in page['links']), None),
    )


def _theirs(place: school.School, limit: int = 0) -> float:
    base = place.endpoint('image').removesuffix('/v2')
    return _walk(
        place,
        base + '/v2/images' + ('?limit=%d' % limit if limit else ''),
        lambda page: base + page['next'] if 'next' in page else None,
    )


def _walk(
    place: school.School, url: str, following: Callable[[dict], str | None]
) -> float:
    """Seconds for all pages of a list, which must have all images."""
    headers = place.headers()
    began = time.perf_counter()
    seen = 0
    following_url: str | None = url
    while following_url:
        page = json.loads(load.Request.get(following_url, headers).body())
        seen += sum(
            image['owner'] == place.project_id for image in page['images']
        )
        following_url = following(page)
    taken = time.perf_counter() - began
    if seen != _IMAGES:
        raise report.Failed('%s: %d images' % (parse.urlsplit(url).path, seen))
    return taken


def _command(place: school.School, *words: str) -> float:
    rest = {k: v for k, v in os.environ.items() if not k.startswith('OS_')}
    began = time.monotonic()
    subprocess.run(
        [sys.executable, '-m', 'openstackclient.shell', *words],
        env=rest | place.environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=True,
        timeout=clouds.PATIENCE,
    )
    return time.monotonic() - began


@contextlib.contextmanager
def _room(place: school.School) -> Iterator[None]:
    """Limits of Keystone's that let the project have so many, if it counts."""
    identity = place.admin.identity
    known = [
        each
        for each in identity.registered_limits()
        if each.resource_name in _COUNTED and each.default_limit < 2 * _IMAGES
    ]
    made = [
        identity.create_limit(
            service_id=each.service_id,
            region_id=each.region_id,
            project_id=place.project_id,
            resource_name=each.resource_name,
            resource_limit=2 * _IMAGES,
        )
        for each in known
    ]
    try:
        yield
    finally:
        for each in made:
            identity.delete_limit(each)


@contextlib.contextmanager
def _images(place: school.School) -> Iterator[None]:
    """Images of the project, which have properties and tags but no data."""
    image = place.connection.image
    # One after another: what is needed to ask is found out only once.
    image.get_endpoint()

    def make(number: int) -> None:
        image.post(
            '/images',
            json={
                'name': 'win-%04d' % number,
                'disk_format': 'qcow2',
                'container_format': 'bare',
                'visibility': 'private',
                'tags': ['exam', 'maths'],
                'description': 'For class %d' % (number % 40),
                'os_type': 'windows',
                'os_distro': 'windows',
                'clouddesk_kind': 'system',
                'clouddesk_max_ram': '8192',
                'hw_machine_type': 'q35',
            },
        ).raise_for_status()

    with futures.ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            for _done in pool.map(make, range(_IMAGES)):
                pass
            yield
        finally:
            own = list(image.images(owner=place.project_id, limit=1000))
            for _done in pool.map(image.delete_image, own):
                pass
