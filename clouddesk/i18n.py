"""Translation of the strings that people read.

Messages are lazy: each stays what it was written as, in English, until
somebody is known who reads it. An answer of the API is in the language that
the request asks for; what is logged or stored is in the language of the
process, English unless its environment says otherwise.
"""

from collections.abc import Iterable
import functools
import os
import pathlib
from typing import Any

import oslo_i18n

DOMAIN = 'clouddesk'

#: Catalogues: ``<language>/LC_MESSAGES/<domain>.mo``.
FOLDER = pathlib.Path(__file__).with_name('locale')

#: What messages are written in.
ENGLISH = 'en_US'

# Lazy messages are looked up where this variable says, and only there.
os.environ.setdefault('CLOUDDESK_LOCALEDIR', str(FOLDER))

# Here, because most messages are made while the module that holds them is
# imported; each of them imports this one first.
oslo_i18n.enable_lazy()

#: Marks a string for translation.
_ = oslo_i18n.TranslatorFactory(domain=DOMAIN).primary


def languages() -> list[str]:
    """What can be translated to, such as ``zh_CN``; English comes first."""
    found = oslo_i18n.get_available_languages(DOMAIN)
    return [ENGLISH, *sorted(set(found) - {ENGLISH})]


def chain(messages: Iterable[str], link: str) -> str:
    """Messages one after the other, each of which can still be translated.

    ``join`` would make text of them, which stays English.

    :param messages: one at least
    :param link: a message with ``one`` and ``other`` in it
    """
    return functools.reduce(
        lambda one, other: link % {'one': one, 'other': other}, messages
    )


def translate(value: Any, language: str) -> Any:
    """The same with every message in it in a language.

    :param value: a message, or lists and dictionaries that hold some
    :param language: one of :func:`languages`
    """
    if isinstance(value, str):
        return oslo_i18n.translate(value, language)
    if isinstance(value, dict):
        return {key: translate(each, language) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [translate(each, language) for each in value]
    return value
