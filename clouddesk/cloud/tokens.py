"""Proves tokens without a service user.

Keystone tells everybody about the own token: one that validates itself is
good. Of other people's tokens it only tells administrators and services.
"""

from typing import Any

from clouddesk.cloud import errors
from clouddesk.cloud import session
from clouddesk.conf import CONF

_SERVICE = 'Keystone'

#: Without it Keystone refuses tokens that are for certain calls only.
_ACCESS_RULES = {'OpenStack-Identity-Access-Rules': '1'}

#: Not valid, or not any more.
_BAD = frozenset({401, 403, 404})


def describe(token: str) -> dict[str, Any] | None:
    """What Keystone says of a token, asked with this very token.

    :returns: the answer, with the key ``token``; None when it is not valid
    :raises CloudError: Keystone does not answer
    """
    with errors.translated(_SERVICE):
        response = session.service_session().get(
            '/auth/tokens',
            authenticated=False,
            raise_exc=False,
            headers={'X-Auth-Token': token, 'X-Subject-Token': token}
            | _ACCESS_RULES,
            endpoint_filter={
                'service_type': 'identity',
                'interface': CONF.cloud.interface,
                'region_name': CONF.cloud.region_name,
                'version': (3, 0),
            },
        )
    if response.status_code in _BAD:
        return None
    if response.status_code != 200:
        raise errors.from_status(_SERVICE, response.status_code, response.text)
    described: dict[str, Any] = response.json()
    return described
