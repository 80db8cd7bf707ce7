"""What the attacks are aimed at: the clouddesk of a functional test."""

from clouddesk.tests.fixtures import service
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
