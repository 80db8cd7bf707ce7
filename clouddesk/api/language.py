"""Which language the reader of an answer wants."""

from collections.abc import Mapping
import functools
from typing import Any

from webob import acceptparse

from clouddesk import i18n

#: The answer is another one for another language.
VARY = ('Vary', 'Accept-Language')


def of(environ: Mapping[str, Any]) -> str:
    """The best language that there is for a request, such as ``zh_CN``.

    :param environ: of WSGI
    """
    wanted = environ.get('HTTP_ACCEPT_LANGUAGE')
    if not wanted:
        return i18n.ENGLISH
    offered = _offered()
    header = acceptparse.create_accept_language_header(wanted)
    return offered[header.lookup(list(offered), default='en')]


def tag(language: str) -> str:
    """A language as HTTP writes it: ``zh-CN``."""
    return language.replace('_', '-')


@functools.cache
def _offered() -> dict[str, str]:
    """Languages by their tags, the country being optional."""
    tags = {'en': i18n.ENGLISH}
    for language in i18n.languages():
        tags.setdefault(tag(language), language)
        tags.setdefault(language.partition('_')[0], language)
    return tags
