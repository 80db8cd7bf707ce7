"""The file with the keys of the embedded store."""

import os
import pathlib

from cryptography import fernet

_OWNER_ONLY = 0o600


def read(path: str) -> list[str]:
    """The keys, the one that encrypts first.

    :raises OSError: the file cannot be read
    """
    return pathlib.Path(path).read_text('ascii').split()


def add(path: str) -> int:
    """Put a new key in front; the others still decrypt.

    :returns: how many keys there are now
    :raises OSError: the file cannot be written
    """
    file = pathlib.Path(path)
    keys = [fernet.Fernet.generate_key().decode()]
    keys += read(path) if file.exists() else []
    fresh = file.with_name(file.name + '.new')
    fresh.touch(_OWNER_ONLY)
    fresh.write_text('\n'.join(keys) + '\n', 'ascii')
    # Its readers keep reading it.
    if file.exists():
        status = file.stat()
        os.chown(fresh, status.st_uid, status.st_gid)
        fresh.chmod(status.st_mode & 0o777)
    fresh.replace(file)
    return len(keys)
