"""The account that a desktop is made with (V15).

A password is turned into a hash at once. The hash is handed to the secret
store, and nothing of it is in what is written, logged or answered.
"""

from typing import Any

from cryptography import exceptions as crypto_exceptions
from cryptography.hazmat.primitives import serialization
from passlib import hash as password_hash

from clouddesk import cloud
from clouddesk import secrets
from clouddesk.api import answers
from clouddesk.cloud import types
from clouddesk.i18n import _

#: Twenty times the default: slow for who guesses, and still good for guests
#: of twenty years ago.
_ROUNDS = 100_000

_METHODS = ('password', 'public_key', 'key_name')


def resolve(
    user: cloud.Cloud,
    wanted: dict[str, Any] | None,
    image: types.Image,
) -> dict[str, str | None]:
    """The columns of an account, without its password.

    :param wanted: ``user`` and one of ``password``, ``public_key`` and
        ``key_name``
    :raises Invalid: it cannot be made, or not in this image
    """
    if wanted is None:
        return {'login_user': None, 'public_key': None, 'secret_ref': None}
    given = [name for name in _METHODS if name in wanted]
    if len(given) != 1:
        raise answers.bad(
            'login',
            _('login needs user and exactly one of %s.') % ', '.join(_METHODS),
        )
    if _is_windows(image):
        raise answers.bad(
            'login',
            _('login: image %s is a Windows image; only Linux makes accounts.')
            % image.id,
        )
    return {
        'login_user': wanted['user'],
        'public_key': _public_key(user, wanted),
        'secret_ref': None,
    }


def keep(
    project_id: str, wanted: dict[str, Any] | None
) -> dict[str, str | None]:
    """Put the password away, when there is one.

    :returns: the column that refers to it
    """
    if wanted is None or 'password' not in wanted:
        return {}
    sha512 = password_hash.sha512_crypt.using(rounds=_ROUNDS)
    hashed = sha512.hash(wanted['password'])
    return {'secret_ref': secrets.keep(project_id, hashed)}


def _public_key(user: cloud.Cloud, wanted: dict[str, Any]) -> str | None:
    """OpenSSH's type and key, without a comment."""
    if 'public_key' in wanted:
        return _checked(wanted['public_key'], 'login.public_key')
    if 'key_name' not in wanted:
        return None
    with answers.answering('login.key_name'):
        text = user.compute.get_public_key(wanted['key_name'])
    return _checked(text, 'login.key_name')


def _checked(text: str, field: str) -> str:
    key = ' '.join(text.split()[:2])
    try:
        serialization.load_ssh_public_key(key.encode())
    except (
        ValueError,
        crypto_exceptions.UnsupportedAlgorithm,
    ):
        raise answers.bad(
            field, _('%s is not a public key of OpenSSH.') % field
        ) from None
    return key


def _is_windows(image: types.Image) -> bool:
    system = (image.os_type or '').lower()
    distro = (image.os_distro or '').lower()
    return system == 'windows' or distro.startswith('win')
