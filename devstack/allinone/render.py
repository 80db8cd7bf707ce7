"""render.py TEMPLATE FILE: fill in the environment and the secrets.

@NAME@          the environment variable NAME
@secret:NAME@   a secret of this installation
@auth:USER@     the keystoneauth options of the service user USER
@database:NAME[:USER]@  the SQLAlchemy address of a database
"""

import os
import pathlib
import re
import sys

AIO = pathlib.Path(os.environ['AIO'])
AUTH = """auth_url = http://127.0.0.1:{port}/v3
auth_type = password
user_domain_name = Default
project_domain_name = Default
project_name = service
username = {user}
password = {password}"""


def secret(name: str) -> str:
    return (AIO / 'secrets' / name).read_text()


def auth(user: str) -> str:
    port = os.environ['PORT_KEYSTONE']
    return AUTH.format(port=port, user=user, password=secret(user))


def database(name: str, user: str = '') -> str:
    user = user or name
    # MariaDB's utf8 has no emoji; the tables of the others have none either.
    charset = 'utf8mb4' if name == 'clouddesk' else 'utf8'
    return (
        f'mysql+pymysql://{user}:{secret("db-" + user)}'
        f'@127.0.0.1:{os.environ["PORT_MYSQL"]}/{name}?charset={charset}'
    )


VERBS = {'secret': secret, 'auth': auth, 'database': database}


def value(match: re.Match[str]) -> str:
    verb, *words = match[1].split(':')
    return VERBS[verb](*words) if words else os.environ[verb]


def main(template: str, target: str) -> None:
    text = pathlib.Path(template).read_text()
    text = re.sub(r'@([\w:-]+)@', value, text)
    path = pathlib.Path(target)
    if path.exists() and path.read_text() == text:
        return
    new = path.with_name(path.name + '.new')
    new.write_text(text)
    new.chmod(0o600)
    new.rename(path)


if __name__ == '__main__':
    main(*sys.argv[1:])
