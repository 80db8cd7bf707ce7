"""Attach the desktop service to a connection from outside openstacksdk."""

from openstack import connection

from clouddesk.sdk import desktop_service

SERVICE_TYPE = 'desktop'


def attach(conn: connection.Connection) -> None:
    """Give a connection the attribute ``desktop``.

    Call it once, or name it in ``clouds.yaml`` and every connection to that
    cloud has the service::

        clouds:
          school-a:
            vendor_hook: clouddesk.sdk.hook:attach

    A connection that already knows the service is left as it is.
    """
    if not hasattr(type(conn), SERVICE_TYPE):
        conn.add_service(desktop_service.DesktopService(SERVICE_TYPE))
