"""``openstack desktop …``: a plugin of python-openstackclient."""
