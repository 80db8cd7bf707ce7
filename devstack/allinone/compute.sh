# shellcheck shell=bash
# The tiny guest, libvirt, Nova, and the second compute with the fake driver.

stage_guest() {
    capabilities
    local image
    image=$("$PARTS/guest/build.sh" "$CACHE") || die "the guest image could not be built"
    cp --reflink=auto "$image" "$DATA/desktop-tiny.qcow2"
    VIRT_TYPE=qemu
    if [ "$REAL" = yes ] && [ -e /dev/kvm ]; then
        if kvm_verdict; then VIRT_TYPE=kvm; else echo "KVM is there but does not boot the guest"; fi
    fi
    sed -i "s/^VIRT_TYPE=.*/VIRT_TYPE=$VIRT_TYPE/" "$AIO/capabilities"
    echo "note: virt_type $VIRT_TYPE"
}

# kvm_verdict: kept until the machine or the image changes
kvm_verdict() {
    local key
    key=$(cat /proc/sys/kernel/random/boot_id; cksum "$DATA/desktop-tiny.qcow2")
    if [ "$(sed 1d "$AIO/kvm-verdict" 2>/dev/null)" != "$key" ]; then
        { if kvm_boots >&2; then echo yes; else echo no; fi; echo "$key"; } | write_file "$AIO/kvm-verdict"
    fi
    [ "$(head -n 1 "$AIO/kvm-verdict")" = yes ]
}

# kvm_boots: /dev/kvm may be there and useless; only a guest that comes up proves it
kvm_boots() {
    local console=$RUN/kvm-probe.log errors=$RUN/kvm-probe.err pid rc=0
    rm -f "$console"
    qemu-system-x86_64 -accel kvm -m 128 -nodefaults -display none -no-reboot -snapshot \
        -drive "file=$DATA/desktop-tiny.qcow2,if=virtio" -serial "file:$console" 2>"$errors" &
    pid=$!
    wait_for 30 "the guest under KVM" grep -Eq 'DESKTOP READY|error|failure' "$console" "$errors" || :
    grep -q 'DESKTOP READY' "$console" || { rc=1; head -n 3 "$errors"; }
    kill "$pid" 2>/dev/null || :
    wait "$pid" || :
    return $rc
}

stage_hypervisor() {
    capabilities
    [ "$REAL" = yes ] || { echo "note: skipped ($WHY)"; return 0; }
    mkdir -p "$ETC/libvirt/hooks"
    install -m 755 "$PARTS/etc/qemu-hook.sh" "$ETC/libvirt/hooks/qemu"
    render qemu.conf "$ETC/libvirt/qemu.conf"
    render libvirtd.conf "$ETC/libvirt/libvirtd.conf"
    isolated_service virtlogd virtlogd -p "$RUN/virtlogd.pid"
    wait_for 15 "virtlogd" isolated test -S /run/libvirt/virtlogd-sock
    # The guests inherit it: what they compute must not slow down the services.
    isolated_service libvirtd nice -n 10 libvirtd -f "$ETC/libvirt/libvirtd.conf" -p "$RUN/libvirtd.pid"
    wait_for 60 "libvirt" virsh_ version
}

virsh_() { isolated virsh -c qemu:///system "$@"; }

stop_guests() {
    local domain
    ! running libvirtd || for domain in $(virsh_ list --name 2>/dev/null); do
        virsh_ destroy "$domain" >/dev/null || :
    done
}

stage_nova() {
    capabilities
    render_nova nova real libvirt.LibvirtDriver 6
    local config=(--config-file "$ETC/nova/nova.conf")
    schema nova first_nova "${config[@]}"
    service nova-conductor nova-conductor "${config[@]}"
    service nova-scheduler nova-scheduler "${config[@]}"
    web nova-api "$PORT_NOVA" nova.wsgi.osapi_compute:application 2 4
    web nova-metadata "$PORT_METADATA" nova.wsgi.metadata:application 1 2
    service nova-novncproxy nova-novncproxy "${config[@]}" --web /usr/share/novnc
    [ "$REAL" != yes ] || isolated_service nova-compute nova-compute "${config[@]}"
    wait_for 90 "Nova on port $PORT_NOVA" http_answers "$PORT_NOVA"
    [ "$REAL" = yes ] || return 0
    wait_for 120 "nova-compute" compute_up real nova-compute
    once discover-real nova-manage "${config[@]}" cell_v2 discover_hosts
}

# render_nova DIRECTORY HOST DRIVER BUILDS
render_nova() {
    render nova.conf "$ETC/$1/nova.conf" NOVA_HOST="$2" COMPUTE_DRIVER="$3" MAX_BUILDS="$4" \
        NOVA_CONF="$ETC/$1/nova.conf" NOVA_STATE="$DATA/$1"
    cp -p "$VENV/etc/nova/api-paste.ini" "$ETC/$1/"
    mkdir -p "$DATA/$1/instances" "$DATA/$1/mnt"
}

first_nova() {
    nova-manage "$@" api_db sync
    # nova-manage derives cell0 from [database]: the address never shows in a process list
    nova-manage "$@" cell_v2 map_cell0
    nova-manage "$@" cell_v2 create_cell --name cell1
    nova-manage "$@" db sync
}

# compute_up HOST SERVICE: it reported after this process started (the row outlives a restart)
compute_up() {
    running "$2" || return 1
    local started
    started=$(stat -c %Y "$RUN/pids/$2")
    [ "$(sql -Ne "select count(*) from nova.services s
        join nova.compute_nodes n on n.host = s.host and n.deleted = 0
        where s.host = '$1' and s.\`binary\` = 'nova-compute' and s.deleted = 0
        and timestampdiff(second, '1970-01-01', s.last_seen_up) > $started")" = 1 ]
}

# stage_fake: ML2/OVN binds ports only where an OVN chassis lives, so the fake compute gets one
stage_fake() {
    capabilities
    local run=$RUN/fake
    mkdir -p "$run"
    ovs_database fake.db /usr/share/openvswitch/vswitch.ovsschema
    service fake-ovs-db env OVS_RUNDIR="$run" ovsdb-server "$DATA/ovs/fake.db" -vconsole:warn \
        --remote="punix:$run/db.sock" --unixctl="$run/ovsdb.ctl"
    wait_for 15 "OVS database" ovs-vsctl --db="unix:$run/db.sock" --no-wait init
    chassis "$run/db.sock" fake 127.0.0.2 external-ids:ovn-monitor-all=false \
        -- --may-exist add-br br-int -- set bridge br-int datapath_type=dummy fail-mode=secure
    service fake-ovs-vswitchd env OVS_RUNDIR="$run" ovs-vswitchd "unix:$run/db.sock" -vconsole:warn \
        --enable-dummy=override --disable-system --disable-system-route --unixctl="$run/vswitchd.ctl"
    service fake-ovn-controller env OVS_RUNDIR="$run" OVN_RUNDIR="$run" \
        ovn-controller "unix:$run/db.sock" -vconsole:warn
    # Nova loads drivers only from its own package
    cp "$PARTS/nova_fake.py" "$(python -c 'import nova.virt; print(nova.virt.__path__[0])')/clouddesk_fake.py"
    render_nova nova-fake fake clouddesk_fake.UploadingFakeDriver 10
    service fake-compute nova-compute --config-file "$ETC/nova-fake/nova.conf"
    wait_for 90 "the fake nova-compute" compute_up fake fake-compute
    once discover-fake nova-manage --config-file "$ETC/nova/nova.conf" cell_v2 discover_hosts
}
