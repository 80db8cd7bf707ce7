"""Translation of what the commands say.

The language is that of the shell: ``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES``
or ``LANG``, in this order.
"""

from collections.abc import Mapping
import gettext
import os
import pathlib

DOMAIN = 'clouddesk-osc'

_FOLDER = pathlib.Path(__file__).parents[1] / 'locale'
_VARIABLES = ('LANGUAGE', 'LC_ALL', 'LC_MESSAGES', 'LANG')
_NONE = ('C', 'POSIX')

_CATALOGUE = gettext.translation(DOMAIN, _FOLDER, fallback=True)

#: Marks a string for translation.
_ = _CATALOGUE.gettext

#: The same for a number of things: one, many, and how many there are.
ngettext = _CATALOGUE.ngettext


def language(environ: Mapping[str, str] = os.environ) -> str | None:
    """The language of the shell as HTTP writes it: ``zh-CN``; or None."""
    said = next(filter(None, map(environ.get, _VARIABLES)), '')
    name = said.split(':')[0].partition('.')[0].partition('@')[0]
    return None if name in _NONE else name.replace('_', '-') or None
