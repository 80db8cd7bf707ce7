"""What a new desktop is told to do when it boots for the first time (V17).

Nova hands one text to the guest. What the tenant gives alone goes as it is;
together with an account or with components of the operator it becomes one of
several parts, which cloud-init and cloudbase-init take one after the other.

The operator offers components, files in ``[desktop] components_dir``; a
component is asked for by the name of its file without the extension.
"""

import base64
from collections.abc import Iterable
import dataclasses
import email
from email import generator
from email import message
from email.mime import multipart
from email.mime import nonmultipart
import io
import pathlib
import re
from typing import Any

import yaml

from clouddesk import exceptions
from clouddesk.conf import CONF
from clouddesk.i18n import _

#: Components of one desktop, and characters in the name of one.
MAX_COMPONENTS = 20
MAX_COMPONENT_NAME = 64

#: Bytes of what a tenant wants to run.
MAX_USER_DATA = 32768

#: Characters that Nova takes, in base64.
_MAX_WHOLE = 65535

_NAME = re.compile(r'[a-z0-9][a-z0-9_-]{0,%d}' % (MAX_COMPONENT_NAME - 1))

#: How a text begins, and what it then is; the longer come first.
_KINDS = (
    ('#cloud-config-archive', 'cloud-config-archive'),
    ('#cloud-config', 'cloud-config'),
    ('#cloud-boothook', 'cloud-boothook'),
    ('#include', 'x-include-url'),
    ('## template: jinja', 'jinja2'),
    ('#!', 'x-shellscript'),
    ('#ps1', 'x-shellscript'),
    ('rem cmd', 'x-shellscript'),
)
_SEVERAL = ('Content-Type: multipart', 'MIME-Version:')

#: Longest line that goes through without a coding, in characters.
_MAX_LINE = 998

#: Later lists are added to earlier ones, so nobody's users get lost.
_MERGE = 'list(append)+dict(no_replace,recurse_list)+str()'


@dataclasses.dataclass(frozen=True)
class Account:
    """Whom the desktop knows; ``password_hash`` is crypt's."""

    user: str
    public_key: str | None = None
    password_hash: str | None = dataclasses.field(default=None, repr=False)


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


def check(
    user_data: str | None, components: Iterable[str], account: Account | None
) -> None:
    """Refuse what a desktop could not be given.

    :param account: without the hash of its password
    :raises Invalid: names the field that is wrong
    """
    names = list(components)
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
    _check_size('user_data', len((user_data or '').encode()), MAX_USER_DATA)
    if account:
        # As long as a hash may become.
        account = dataclasses.replace(account, password_hash='x' * 120)
    whole = compose(user_data, names, account) or ''
    coded = len(base64.b64encode(whole.encode()))
    _check_size('user_data', coded, _MAX_WHOLE)


def compose(
    user_data: str | None,
    components: Iterable[str] = (),
    account: Account | None = None,
) -> str | None:
    """What a new server is given.

    :returns: None when there is nothing to do
    :raises Invalid: the tenant's text is of no kind that can be combined
    :raises BuildFailed: a component is not offered any more
    """
    names = list(components)
    if not names and not account:
        return user_data
    whole = multipart.MIMEMultipart()
    for name in names:
        text = _read(name)
        whole.attach(_part(text, _kind(text, 'components'), name))
    if user_data:
        whole.attach(_of_tenant(user_data))
    if account:
        whole.attach(_login(account))
    return _written(whole)


def _read(name: str) -> str:
    path = offered().get(name)
    try:
        if path is not None:
            # Nothing may be changed, not even the ends of lines.
            return path.read_bytes().decode()
    except (OSError, ValueError):
        pass
    raise exceptions.BuildFailed(
        reason=_('Component %s cannot be read.') % name
    )


def _of_tenant(text: str) -> message.Message:
    if text.startswith(_SEVERAL):
        several = email.message_from_string(text)
        if several.is_multipart():
            return several
    return _part(text, _kind(text, 'user_data'), 'user-data')


def _kind(text: str, field: str) -> str:
    for beginning, kind in _KINDS:
        if text.startswith(beginning):
            return kind
    raise exceptions.Invalid(
        _(
            '%(field)s must begin with one of %(known)s, to go together with '
            'a login or components.'
        ),
        {'field': field},
        field=field,
        known=', '.join(beginning for beginning, _kind in _KINDS),
    )


def _login(account: Account) -> message.Message:
    user: dict[str, Any] = {'name': account.user, 'shell': '/bin/bash'}
    if account.password_hash:
        user |= {
            'lock_passwd': False,
            'hashed_passwd': account.password_hash,
            'sudo': 'ALL=(ALL) ALL',
        }
    else:
        user |= {
            'lock_passwd': True,
            'ssh_authorized_keys': [account.public_key],
            'sudo': 'ALL=(ALL) NOPASSWD:ALL',
        }
    config = {
        'users': ['default', user],
        'ssh_pwauth': account.password_hash is not None,
    }
    text = '#cloud-config\n' + yaml.safe_dump(config)
    part = _part(text, 'cloud-config', 'login')
    part['Merge-Type'] = _MERGE
    return part


def _part(text: str, kind: str, name: str) -> message.Message:
    part = nonmultipart.MIMENonMultipart('text', kind, charset='utf-8')
    part.add_header('Content-Disposition', 'attachment', filename=name)
    if _is_plain(text):
        part['Content-Transfer-Encoding'] = '7bit'
        part.set_payload(text)
    else:
        part['Content-Transfer-Encoding'] = 'base64'
        part.set_payload(base64.encodebytes(text.encode()).decode())
    return part


def _is_plain(text: str) -> bool:
    """Whether a text comes out as it went in, without a coding."""
    lines = text.split('\n')
    return (
        text.isascii()
        and '\r' not in text
        and max(map(len, lines)) <= _MAX_LINE
    )


def _written(whole: message.Message) -> str:
    file = io.StringIO()
    # Otherwise a line that begins with "From" would be changed.
    generator.Generator(file, mangle_from_=False).flatten(whole)
    return file.getvalue()


def _check_size(field: str, size: int, limit: int) -> None:
    if size > limit:
        raise exceptions.Invalid(
            _('%(field)s has %(size)s bytes; the limit is %(limit)s.'),
            {'field': field, 'limit': limit},
            field=field,
            size=size,
            limit=limit,
        )
