"""The list of images beside Glance's own: API and command."""

import argparse
from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import datetime
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any
from urllib import parse
import uuid

from oslo_config import cfg
from oslo_db import options
import sqlalchemy as sa

from clouddesk.tests.benchmarks import clouds
from clouddesk.tests.benchmarks import load
from clouddesk.tests.benchmarks import machine
from clouddesk.tests.benchmarks import report
from clouddesk.tests.benchmarks import school

AIM = (
    "the list of 2,000 images: at most a third of the time of Glance's own in "
    'the pages that it makes by itself'
)

_IMAGES = 2000
_ROUNDS = 3
_COMMANDS = 2
_BEGAN = datetime.datetime(2026, 1, 1)

#: Of Glance's; images come first.
_TABLES = ('images', 'image_properties', 'image_tags', 'image_locations')
_PROPERTIES = {
    'description': 'For the maths class, with GeoGebra 6',
    'os_type': 'windows',
    'os_distro': 'windows',
    'clouddesk_kind': 'system',
    'clouddesk_max_ram': '8192',
    'hw_machine_type': 'q35',
}


def run(_options: argparse.Namespace) -> Iterator[report.Row]:
    with school.opened() as place, _images(place):
        ours, theirs = _in_turns(
            _ROUNDS, lambda: _ours(place), lambda: _theirs(place)
        )
        yield report.Row(
            'list of %d images beside pages of Glance, API' % _IMAGES,
            ours,
            theirs,
            's',
            '<= 0.33',
            'most of both is what Glance does for each image, however large '
            'the page is',
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
            lambda: _command(place, 'desktop', 'image', 'list'),
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
        url,
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
def _images(place: school.School) -> Iterator[None]:
    """Images of the project, written straight into Glance's tables.

    Through its API they would take half an hour.
    """
    conf = cfg.ConfigOpts()
    options.set_defaults(conf)
    conf([], default_config_files=[_config_file()])
    engine = sa.create_engine(conf.database.connection)
    tables = sa.MetaData()
    tables.reflect(engine, only=_TABLES)
    try:
        with engine.begin() as connection:
            for name, rows in _rows(place.project_id).items():
                connection.execute(sa.insert(tables.tables[name]), rows)
        yield
    finally:
        images = tables.tables['images']
        own = sa.select(images.c.id).where(images.c.owner == place.project_id)
        with engine.begin() as connection:
            ids = list(connection.scalars(own))
            for name in _TABLES[1:]:
                table = tables.tables[name]
                connection.execute(
                    sa.delete(table).where(table.c.image_id.in_(ids))
                )
            connection.execute(sa.delete(images).where(images.c.id.in_(ids)))
        engine.dispose()


def _config_file() -> str:
    """Where Glance says which database it has.

    :raises Failed: nothing says where it is
    """
    told, home = os.environ.get('CLOUDDESK_BENCHMARK_GLANCE'), machine.home()
    if told is None and home is not None:
        told = str(home / 'etc/glance/glance-api.conf')
    if told is None or not os.path.exists(told):
        raise report.Failed('set CLOUDDESK_BENCHMARK_GLANCE to its file')
    return told


def _rows(project_id: str) -> dict[str, list[dict[str, Any]]]:
    """By table; each image has data, properties and tags."""
    began = {'created_at': _BEGAN, 'updated_at': _BEGAN, 'deleted': False}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _TABLES}
    for number in range(_IMAGES):
        image_id = str(uuid.uuid4())
        rows['images'].append(
            {
                **began,
                'id': image_id,
                'name': 'win-%04d' % number,
                'size': 1 << 30,
                'virtual_size': 1 << 34,
                'status': 'active',
                'visibility': 'private',
                'owner': project_id,
                'disk_format': 'qcow2',
                'container_format': 'bare',
                'os_hash_algo': 'sha512',
                'os_hash_value': uuid.uuid4().hex * 4,
                'min_disk': 20,
                'min_ram': 4096,
                'protected': False,
                'os_hidden': False,
            }
        )
        of_image = began | {'image_id': image_id}
        rows['image_properties'] += [
            of_image | {'name': name, 'value': value}
            for name, value in _PROPERTIES.items()
        ]
        rows['image_tags'] += [
            of_image | {'value': tag} for tag in ('exam', 'maths')
        ]
        rows['image_locations'].append(
            of_image
            | {
                'value': 'file:///' + image_id,
                'meta_data': '{"store": "fast"}',
                'status': 'active',
            }
        )
    return rows
