#!/usr/bin/env bash
# build.sh CACHE: make the tiny desktop image there and print its path.
# Debian's cloud kernel, busybox as its userland, syslinux; no mount, no loop device.
set -Eeuo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
CACHE=$1
MODULES=(virtio_pci virtio_blk virtio_net virtio_rng virtio_balloon virtio_scsi
         button evdev ata_piix sd_mod sr_mod isofs vfat nls_cp437 nls_ascii)

main() {
    local kernel key image
    umask 022
    mkdir -p "$CACHE/apt" "$CACHE/guest"
    kernel=$(kernel_deb)
    key=$( (cat "$HERE"/*; basename "$kernel"; sha256sum /bin/busybox) | sha256sum | cut -c -12)
    image=$CACHE/guest/desktop-tiny-$key.qcow2
    if [ ! -s "$image" ]; then
        WORK=$(mktemp -d)
        trap 'rm -rf "$WORK"' EXIT
        cd "$WORK"
        { unpack_kernel "$kernel"; initrd; disk "$image.new"; } >&2
        mv "$image.new" "$image"
    fi
    echo "$image"
}

kernel_deb() {
    local package
    package=$(newest_kernel)
    if [ -z "$package" ]; then
        apt-get -q update >&2
        package=$(newest_kernel)
    fi
    if ! compgen -G "$CACHE/apt/${package}_*.deb" >/dev/null; then
        (cd "$CACHE/apt" && apt-get -q -o APT::Sandbox::User=root download "$package" >&2)
    fi
    compgen -G "$CACHE/apt/${package}_*.deb" | sort -V | tail -n 1
}

newest_kernel() { apt-cache depends linux-image-cloud-amd64 2>/dev/null | awk '/Depends: linux-image/ { print $2; exit }'; }

unpack_kernel() {
    dpkg-deb -x "$1" root
    VERSION=$(ls root/lib/modules)
    depmod -b root "$VERSION"
    cp root/boot/vmlinuz-* vmlinuz
}

initrd() {
    local name
    mkdir -p ird/{bin,mod,proc,sys,dev,etc/acpi/PWRF,persist,config,www,tmp,root,mnt}
    cp /bin/busybox ird/bin/busybox
    for name in $(/bin/busybox --list); do
        [ "$name" = busybox ] || ln -sf busybox "ird/bin/$name"
    done
    : >ird/modules.order
    for name in "${MODULES[@]}"; do add_module "$name"; done
    install -m 755 "$HERE/init" ird/init
    install -m 755 "$HERE/udhcpc.sh" "$HERE/user-data.sh" ird/etc/
    install -m 755 "$HERE/shell" ird/bin/shell
    install -m 755 "$HERE/power-button.sh" ird/etc/acpi/PWRF/00000080
    echo 'root::0:0:root:/root:/bin/shell' >ird/etc/passwd
    (cd ird && find . | cpio -o -H newc --quiet | gzip -9) >initrd.gz
}

# add_module NAME: with what it needs, in the order in which to load
add_module() {
    local tree=root/lib/modules/$VERSION file base line
    line=$(grep -E "/${1//_/[-_]}\.ko(\.xz)?:" "$tree/modules.dep") || { echo "module $1 is built in"; return 0; }
    for file in $(tr -d : <<<"$line" | tr ' ' '\n' | tac); do
        base=$(basename "$file" .xz)
        ! grep -qx "$base" ird/modules.order || continue
        case $file in
            *.xz) xz -dc "$tree/$file" >"ird/mod/$base";;
            *) cp "$tree/$file" "ird/mod/$base";;
        esac
        echo "$base" >>ird/modules.order
    done
}

# disk FILE: MBR, a FAT partition to boot from (40 MiB), an ext4 partition "persist" (23 MiB)
disk() {
    truncate -s 64M disk.raw
    printf 'label: dos\nstart=2048, size=81920, type=e, bootable\nstart=83968, size=47104, type=83\n' |
        sfdisk -q disk.raw
    dd if=/usr/lib/syslinux/mbr/mbr.bin of=disk.raw bs=440 count=1 conv=notrunc status=none
    truncate -s 40M fat.img
    mkfs.vfat -F 16 -n DESKTOP --invariant -h 2048 fat.img >/dev/null
    mcopy -i fat.img vmlinuz initrd.gz "$HERE/syslinux.cfg" ::/
    syslinux --install fat.img
    dd if=fat.img of=disk.raw bs=1M seek=1 conv=notrunc status=none
    truncate -s 23M ext.img
    mke2fs -q -t ext4 -O ^has_journal -L persist ext.img
    dd if=ext.img of=disk.raw bs=1M seek=41 conv=notrunc status=none
    qemu-img convert -q -O qcow2 -c disk.raw "$1"
}

main
