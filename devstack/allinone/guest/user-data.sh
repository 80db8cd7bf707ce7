#!/bin/sh
# shellcheck disable=SC3043 # busybox has local
# user-data.sh drive|metadata: name the machine, do what its user data says once per server

get() {
    # wget in a static busybox crashes (NSS); nc does not
    printf 'GET %s HTTP/1.0\r\n\r\n' "$1" | nc -w 5 169.254.169.254 80 |
        awk 'NR == 1 && $2 != 200 { exit } body { print } /^\r?$/ { body = 1 }'
}

field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

# split FILE: the parts of a multipart text as /tmp/parts/1.name, .type, .coding and .body, 2.name, ...
split() {
    rm -rf /tmp/parts
    mkdir -p /tmp/parts
    awk '
        /^Content-Type: multipart/ && !mark { mark = $0; sub(/.*boundary="/, "", mark); sub(/".*/, "", mark); next }
        mark && $0 == "--" mark "--" { exit }
        mark && $0 == "--" mark { n++; head = 1; file = "/tmp/parts/" n; next }
        head && /^Content-Type:/ { type = $2; sub(/;.*/, "", type); print type >file ".type" }
        head && /^Content-Transfer-Encoding:/ { print $2 >file ".coding" }
        head && /filename="/ { name = $0; sub(/.*filename="/, "", name); sub(/".*/, "", name); print name >file ".name" }
        head && /^$/ { head = 0; next }
        n && !head { print >file ".body" }
    ' "$1"
}

# what it was told stands on its web page; scripts are run, the rest needs cloud-init
parts() {
    local part number=1
    while [ -e /tmp/parts/$number.body ]; do
        part=/tmp/parts/$number
        if [ "$(cat $part.coding)" = base64 ]; then
            base64 -d <$part.body >$part.plain && mv $part.plain $part.body
        fi
        echo "$(cat $part.name) $(cat $part.type)" >>/www/first-boot.txt
        case $(head -c 2 $part.body) in '#!') run $part.body;; esac
        number=$((number + 1))
    done
}

run() {
    chmod 755 "$1"
    "$1" >/dev/ttyS0 2>&1
    echo "user data ended with $?" >/dev/ttyS0
}

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
[ -s /tmp/user-data ] || exit 0
: >/www/first-boot.txt
case $(head -c 30 /tmp/user-data) in
    '#!'*) run /tmp/user-data;;
    'Content-Type: multipart'*) split /tmp/user-data; parts;;
esac
echo "$uuid" >/persist/user-data-done
sync
