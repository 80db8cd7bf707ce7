#!/bin/sh
# user-data.sh drive|metadata: name the machine, run user data that starts with #! once per server

get() {
    # wget in a static busybox crashes (NSS); nc does not
    printf 'GET %s HTTP/1.0\r\n\r\n' "$1" | nc -w 5 169.254.169.254 80 |
        awk 'NR == 1 && $2 != 200 { exit } body { print } /^\r?$/ { body = 1 }'
}

field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

case $1 in
    drive)
        device=$(findfs LABEL=config-2) || exit 0
        mount -o ro "$device" /config 2>/dev/null || exit 0
        meta=$(cat /config/openstack/latest/meta_data.json)
        cp /config/openstack/latest/user_data /tmp/user-data 2>/dev/null
        umount /config;;
    metadata)
        meta=$(get /openstack/latest/meta_data.json)
        get /openstack/latest/user_data >/tmp/user-data;;
esac
[ -n "$meta" ] || exit 0
name=$(echo "$meta" | field hostname)
uuid=$(echo "$meta" | field uuid)
[ -z "$name" ] || hostname "${name%%.*}"
echo "$1: hostname $name uuid $uuid" >/dev/ttyS0

# a snapshot carries the mark of the server it was taken from: another uuid runs again
[ "$(cat /persist/user-data-done 2>/dev/null)" != "$uuid" ] || exit 0
case $(head -c 2 /tmp/user-data 2>/dev/null) in
    '#!')
        chmod 755 /tmp/user-data
        /tmp/user-data >/dev/ttyS0 2>&1
        echo "user data from $1 ended with $?" >/dev/ttyS0
        echo "$uuid" >/persist/user-data-done
        sync;;
esac
