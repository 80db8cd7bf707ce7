"""Print the first three octets of a /24 that no route (ip -o route, on stdin) touches."""

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
for third in range(1, 255):
    candidate = ipaddress.ip_network(f"172.30.{third}.0/24")
    if not any(candidate.overlaps(net) for net in taken):
        print(f"172.30.{third}")
        sys.exit()
sys.exit(1)
