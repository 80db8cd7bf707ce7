from openstack import resource

from clouddesk.sdk.v1 import _common


class SpecResource(_common.DesktopResource):
    """A resource that says what desktops are made from."""

    #: The availability zone of the desktops.
    availability_zone = resource.Body('availability_zone')
    #: ``image`` or ``volume``.
    boot_from = resource.Body('boot_from')
    #: What the cloud sets up at the first boot.
    components = resource.Body('components', type=list)
    #: The images of its further disks, in the order of the devices.
    data_images = resource.Body('data_images', type=list, list_type=str)
    #: Size of the root disk of one desktop, in GiB.
    disk = resource.Body('disk', type=int)
    #: The flavor of the desktops.
    flavor_id = resource.Body('flavor_id')
    #: The external network that desktops get a floating IP from.
    floating_network_id = resource.Body('floating_network_id')
    #: Whether there is user data, which is never shown.
    has_user_data = resource.Body('has_user_data', type=bool)
    #: The image of the desktops.
    image_id = resource.Body('image_id')
    #: Whether desktops are started again when they shut down by themselves.
    keep_running = resource.Body('keep_running', type=bool)
    #: How people log in: ``user`` and ``method``. *Type: dict*
    login = resource.Body('login', type=dict)
    #: The account: ``user`` and ``method`` (password or key). When creating,
    #: ``user`` and one of ``password``, ``public_key`` and ``key_name``.
    login = resource.Body('login', type=dict)
    #: The network of the desktops.
    network_id = resource.Body('network_id')
    #: Memory of one desktop, in MiB.
    ram = resource.Body('ram', type=int)
    #: What may come in from outside: ``rdp``, ``ssh``, ``vnc``.
    remote_protocols = resource.Body('remote_protocols', type=list)
    #: What the tenant runs at the first boot. Only sent.
    user_data = resource.Body('user_data')
    #: Number of virtual CPUs of one desktop.
    vcpus = resource.Body('vcpus', type=int)
    #: Size of the volume of one desktop, in GiB.
    volume_size = resource.Body('volume_size', type=int)
