from openstack import resource

from clouddesk.sdk.v1 import _common


class Check(_common.DesktopResource):
    resources_key = 'checks'
    base_path = '/checks'

    # capabilities
    allow_list = True

    #: What it costs the user while it is not well; None when it is.
    cost = resource.Body('cost')
    #: What was found, for people.
    message = resource.Body('message')
    #: What was looked at, e.g. ``compute``.
    name = resource.Body('name')
    #: ``ok``, ``warning`` or ``error``.
    status = resource.Body('status')
