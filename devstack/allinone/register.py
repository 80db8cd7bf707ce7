"""register.py NAME: put a service into the catalogue, once it answers."""

import sys

import openstack

from catalog import register

register(openstack.connect(cloud="admin").identity, sys.argv[1])
