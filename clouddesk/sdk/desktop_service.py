from openstack import service_description

from clouddesk.sdk.v1 import _proxy


class DesktopService(service_description.ServiceDescription):
    """The virtual desktop service."""

    supported_versions = {
        '1': _proxy.Proxy,
    }
