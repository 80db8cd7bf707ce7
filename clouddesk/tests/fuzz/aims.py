"""What the attacks are aimed at: the clouddesk of a functional test."""

from collections.abc import Iterator
import contextlib

from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.fuzz import target


def of(served: service.Service, person: str = 'tina') -> target.Target:
    """The service as one of the people of the school asks it."""
    school = served.school
    spec = {
        'image_id': school.image_id,
        'flavor_id': school.flavor_id,
        'network_id': school.network_id,
    }
    return target.Target(served.url, school.token(person), spec)


@contextlib.contextmanager
def served(person: str = 'grace') -> Iterator[target.Target]:
    """One that is served outside of a test, furnished."""
    with standalone.chosen() as running:
        limit_servers(running)
        running.start_conductor()
        aim = of(running, person)
        aim.furnish()
        yield aim


def limit_servers(served: service.Service) -> None:
    """A pool of 500 is good, but takes its time."""
    nova, school = served.cloud.nova, served.school
    nova.instance_quota[school.project_id] = 8
