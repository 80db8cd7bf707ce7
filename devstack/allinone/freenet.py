"""freenet.py FIRST: the first three octets of a /24 that no route touches.

FIRST is the third octet to begin with.

The routes come on stdin, as "ip -4 -o route show table all" prints them.
"""

import ipaddress
import sys


def routed(line: str) -> ipaddress.IPv4Network | None:
    for word in line.split()[:2]:
        try:
            return ipaddress.ip_network(word, strict=False)
        except ValueError:
            continue
    return None


taken = [net for net in map(routed, sys.stdin) if net]
for number in range(254):
    third = (int(sys.argv[1]) + number) % 254 + 1
    candidate = ipaddress.ip_network(f'172.30.{third}.0/24')
    if not any(candidate.overlaps(net) for net in taken):
        print(f'172.30.{third}')
        sys.exit()
sys.exit(1)
