"""Reads long lists.

openstacksdk turns every element into a resource object, which takes several
milliseconds for a server: seconds for a few hundred. So lists, and what is
read over and over, are taken from the answer as it came.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from openstack import exceptions as sdk_exceptions
from openstack import proxy


def read(service: proxy.Proxy, path: str, **params: Any) -> Any:
    """The decoded answer to one GET.

    :raises SDKException: the service refused
    """
    response = service.get(path, params=params)
    sdk_exceptions.raise_from_response(response)
    return response.json()


def pages(
    service: proxy.Proxy, path: str, key: str, **params: Any
) -> Iterator[dict[str, Any]]:
    """The elements of a list, from as many pages as the service makes.

    :param key: name of the list in the answer, e.g. ``servers``
    """
    answer = read(service, path, **params)
    while True:
        yield from answer[key]
        links = answer.get('%s_links' % key) or ()
        following = [link for link in links if link['rel'] == 'next']
        if not following or not answer[key]:
            return
        # The next page differs in the marker only; its address may name a
        # host that is not reachable from here.
        params['marker'] = answer[key][-1]['id']
        answer = read(service, path, **params)


def chunks(values: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    """The values, at most ``size`` of them at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
