"""Attach the desktop service to a connection from outside openstacksdk."""

from openstack import connection
from openstack import service_description

from clouddesk.sdk import desktop_service

SERVICE_TYPE = 'desktop'


def attach(conn: connection.Connection) -> None:
    """Give a connection the attribute ``desktop``.

    Call it once, or name it in ``clouds.yaml`` and every connection to that
    cloud has the service::

        clouds:
          school-a:
            vendor_hook: clouddesk.sdk.hook:attach

    An openstacksdk that brings the service itself is left as it is.
    """
    known = getattr(type(conn), SERVICE_TYPE, None)
    if not isinstance(known, service_description.ServiceDescription):
        # Needed for each connection: the attribute goes to the class, but
        # the service is enabled in the configuration of the connection.
        conn.add_service(desktop_service.DesktopService(SERVICE_TYPE))
