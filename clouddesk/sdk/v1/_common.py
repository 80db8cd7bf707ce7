"""What the resources of the desktop service have in common."""

from collections.abc import Iterable
from typing import Any

from openstack import exceptions
from openstack import resource
from openstack import utils

#: A resource, or its id.
Value = str | resource.Resource


class DesktopResource(resource.Resource):
    """A resource whose verbs are ``POST <path>/{id}/actions/<verb>``."""

    commit_method = 'PATCH'

    _max_microversion = '1.0'

    @classmethod
    def _post(
        cls,
        session: Any,
        url: str,
        body: Any,
        params: dict[str, Any] | None = None,
    ) -> Any:
        """POST with the negotiated microversion.

        :param params: the query
        :raises: :class:`~openstack.exceptions.HttpException` when refused
        """
        session = cls._get_session(session)
        microversion = (
            session.default_microversion
            or utils.maximum_supported_microversion(
                session, cls._max_microversion
            )
        )
        response = session.post(
            url, json=body, params=params, microversion=microversion
        )
        exceptions.raise_from_response(response)
        return response

    def _act(self, session: Any, action: str, body: dict[str, Any]) -> Any:
        url = f'{self.base_path}/{self.id}/actions/{action}'
        return self._post(session, url, body)

    @classmethod
    def _act_on_all(
        cls, session: Any, action: str, body: dict[str, Any]
    ) -> Any:
        return cls._post(session, f'{cls.base_path}/actions/{action}', body)


def ids(values: Iterable[Value]) -> list[str]:
    """The ids of resources that are given as objects or as ids."""
    return [resource.Resource._get_id(value) for value in values]


def query(given: dict[str, Any]) -> dict[str, Any]:
    """Spell a query as the API reads it.

    Lists become comma separated, booleans lower case; what is None is
    left out.
    """
    return {
        key: _spelled(value)
        for key, value in given.items()
        if value is not None
    }


def _spelled(value: Any) -> Any:
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, list | tuple | set | frozenset):
        return ','.join(str(part) for part in value)
    return value
