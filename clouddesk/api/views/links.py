"""Links and times, as all views write them."""

import datetime
from urllib import parse

Link = dict[str, str]


def href(base: str, noun: str, id_: str) -> str:
    """The URL of one thing.

    :param base: URL under which the API is mounted, without a slash at the
        end
    :param noun: as in the path, such as ``work-orders``
    """
    return '%s/v1/%s/%s' % (base, noun, id_)


def own(base: str, noun: str, id_: str) -> list[Link]:
    return [{'rel': 'self', 'href': href(base, noun, id_)}]


def following(url: str, query: list[tuple[str, str]], marker: str) -> Link:
    """The link to the page after the row ``marker``.

    :param url: of this page, without its query
    :param query: of this page
    """
    kept = [pair for pair in query if pair[0] != 'marker']
    arguments = parse.urlencode([*kept, ('marker', marker)])
    return {'rel': 'next', 'href': '%s?%s' % (url, arguments)}


def time(value: datetime.datetime | None) -> str | None:
    """ISO 8601 in UTC, to the second."""
    if value is None:
        return None
    return value.isoformat(timespec='seconds') + 'Z'
