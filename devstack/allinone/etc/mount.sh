#!/bin/sh
# mount -t nfs [OPTIONS] SHARE DIRECTORY: a bind mount of the directory behind the share
if [ "$1 $2" = "-t nfs" ]; then
    for directory; do :; done
    exec /bin/mount --bind "$DATA/cinder/export" "$directory"
fi
exec /bin/mount "$@"
