#!/bin/sh
# shellcheck disable=SC2154 # udhcpc sets the variables
case $1 in
    deconfig) ip addr flush dev $interface;;
    bound|renew)
        ip addr flush dev $interface
        ip addr add $ip/${mask:-24} dev $interface
        [ -z "$mtu" ] || ip link set $interface mtu $mtu
        for gateway in $router; do ip route replace default via $gateway dev $interface; done
        # the metadata address comes as a static route
        set -- $staticroutes
        while [ $# -ge 2 ]; do
            [ "$1" = 0.0.0.0/0 ] || ip route replace $1 via $2 dev $interface
            shift 2
        done
        : >/etc/resolv.conf
        for server in $dns; do echo nameserver $server >>/etc/resolv.conf; done;;
esac
