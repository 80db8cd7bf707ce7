"""What a new desktop is told to do when it boots for the first time.

The operator offers components, files in ``[desktop] components_dir``; a
component is asked for by the name of its file without the extension.
"""

from collections.abc import Iterable
import pathlib
import re

from clouddesk import exceptions
from clouddesk.conf import CONF
from clouddesk.i18n import _

#: Components of one desktop, and characters in the name of one.
MAX_COMPONENTS = 20
MAX_COMPONENT_NAME = 64

#: Bytes of what a tenant wants to run; Nova takes 48 KiB in all.
MAX_USER_DATA = 32768

_NAME = re.compile(r'[a-z0-9][a-z0-9_-]{0,%d}' % (MAX_COMPONENT_NAME - 1))


def offered() -> dict[str, pathlib.Path]:
    """The components that the operator offers, by name."""
    directory = pathlib.Path(CONF.desktop.components_dir)
    if not directory.is_dir():
        return {}
    return {
        path.stem: path
        for path in sorted(directory.iterdir())
        if path.is_file() and _NAME.fullmatch(path.stem)
    }


def check_components(names: Iterable[str]) -> None:
    """:raises Invalid: the operator does not offer one of them"""
    known = offered()
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise exceptions.Invalid(
            _('components: there is no %(unknown)s; this cloud has %(known)s.')
            % {
                'unknown': ', '.join(unknown),
                'known': ', '.join(known) or _('none'),
            },
            {'field': 'components', 'limit': sorted(known)},
        )


def check_user_data(text: str | None) -> None:
    """:raises Invalid: longer than :data:`MAX_USER_DATA`"""
    size = len((text or '').encode())
    if size > MAX_USER_DATA:
        raise exceptions.Invalid(
            _('user_data has %(size)s bytes; the limit is %(limit)s.'),
            {'field': 'user_data', 'limit': MAX_USER_DATA},
            size=size,
            limit=MAX_USER_DATA,
        )
