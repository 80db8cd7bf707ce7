"""Ways to reach the screen or the shell of a desktop from outside."""

#: IP protocols and port by name.
PORTS = {
    'rdp': (('tcp', 3389), ('udp', 3389)),
    'ssh': (('tcp', 22),),
    'vnc': (('tcp', 5900),),
}

PROTOCOLS = frozenset(PORTS)
