# shellcheck shell=bash
# Runs once in the new mount namespace: private directories over the fixed paths.
# bind WHAT OVER
bind() {
    mkdir -p "$1" "$2"
    mount --bind "$1" "$2"
}

bind "$ETC/libvirt" /etc/libvirt
bind "$DATA/libvirt/lib" /var/lib/libvirt
bind "$DATA/libvirt/cache" /var/cache/libvirt
bind "$LOG/libvirt" /var/log/libvirt

# libvirt refuses to start its QEMU driver without this user, which only its systemd package makes
cp /etc/passwd /etc/group "$RUN/ns.d/"
grep -q '^kvm:' /etc/group || echo 'kvm:x:64054:' >>"$RUN/ns.d/group"
grep -q '^libvirt-qemu:' /etc/group || echo 'libvirt-qemu:x:64055:' >>"$RUN/ns.d/group"
grep -q '^libvirt-qemu:' /etc/passwd ||
    echo 'libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin' >>"$RUN/ns.d/passwd"
chmod 644 "$RUN/ns.d/passwd" "$RUN/ns.d/group"
mount --bind "$RUN/ns.d/passwd" /etc/passwd
mount --bind "$RUN/ns.d/group" /etc/group

# an empty /run hides the machine's own libvirt, OVS and network namespaces
mkdir -p "$RUN/ns.d/run/lock" "$RUN/ns.d/run/netns"
mount --bind "$RUN/ns.d/run" /run
mount -t tmpfs netns /run/netns
mount --make-shared /run/netns
touch "/run/complete-$(cat "$AIO/id")"
