# shellcheck shell=bash
# Keystone, the catalogue, Placement, Glance, Neutron, Cinder.

stage_keystone() {
    render keystone.conf "$ETC/keystone/keystone.conf"
    schema keystone first_keystone
    web keystone "$PORT_KEYSTONE" keystone.wsgi.api:application 2 2
    wait_for 60 "Keystone on port $PORT_KEYSTONE" http_answers "$PORT_KEYSTONE"
}

first_keystone() {
    local manage=(keystone-manage --config-file "$ETC/keystone/keystone.conf")
    mkdir -p "$ETC/keystone/fernet-keys" "$ETC/keystone/credential-keys"
    "${manage[@]}" db_sync
    "${manage[@]}" fernet_setup --keystone-user root --keystone-group root
    "${manage[@]}" credential_setup --keystone-user root --keystone-group root
    local url=http://127.0.0.1:$PORT_KEYSTONE/v3
    OS_BOOTSTRAP_PASSWORD=$(secret admin) "${manage[@]}" bootstrap --bootstrap-region-id RegionOne \
        --bootstrap-admin-url "$url" --bootstrap-internal-url "$url" --bootstrap-public-url "$url"
}

stage_catalog() { python "$PARTS/catalog.py"; }

stage_placement() {
    render placement.conf "$ETC/placement/placement.conf"
    schema placement placement-manage --config-file "$ETC/placement/placement.conf" db sync
    web placement "$PORT_PLACEMENT" placement.wsgi.api:application 1 4
    wait_for 60 "Placement on port $PORT_PLACEMENT" http_answers "$PORT_PLACEMENT"
}

stage_glance() {
    render glance-api.conf "$ETC/glance/glance-api.conf" GLANCE_ENDPOINT="$(cat "$DATA/glance-endpoint")"
    cp -p "$VENV/etc/glance/glance-api-paste.ini" "$ETC/glance/"
    mkdir -p "$DATA/glance"/{fast,slow,staging,tasks}
    schema glance glance-manage --config-file "$ETC/glance/glance-api.conf" db_sync
    web glance "$PORT_GLANCE" glance.wsgi.api:application 2 4
    wait_for 60 "Glance on port $PORT_GLANCE" http_answers "$PORT_GLANCE"
}

stage_neutron() {
    capabilities
    local name config=(--config-file "$ETC/neutron/neutron.conf" --config-file "$ETC/neutron/ml2_conf.ini")
    for name in neutron.conf ml2_conf.ini ovn_metadata_agent.ini; do render "$name" "$ETC/neutron/$name"; done
    cp -p "$VENV/etc/neutron/api-paste.ini" "$ETC/neutron/"
    mkdir -p "$DATA/neutron"
    schema neutron neutron-db-manage "${config[@]}" upgrade heads
    web neutron "$PORT_NEUTRON" neutron.wsgi.api:application 2 2
    service neutron-periodic neutron-periodic-workers "${config[@]}"
    service neutron-ovn-maintenance neutron-ovn-maintenance-worker "${config[@]}"
    [ "$REAL" != yes ] || isolated_service neutron-metadata neutron-ovn-metadata-agent \
        --config-file "$ETC/neutron/ovn_metadata_agent.ini"
    wait_for 120 "Neutron on port $PORT_NEUTRON" http_answers "$PORT_NEUTRON"
}

# No NFS in every kernel: a "mount" in PATH turns the NFS share into a bind mount, so that the
# real NFS drivers of Cinder and Nova work unchanged, inside the private mount namespace.
stage_cinder() {
    capabilities
    [ "$REAL" = yes ] || { echo "note: skipped ($WHY)"; return 0; }
    install -m 755 "$PARTS/etc/mount.sh" "$AIO/bin/mount"
    # only called without arguments, to see that it is there
    ln -sf mount "$AIO/bin/mount.nfs"
    install -m 755 "$PARTS/etc/sudo.sh" "$AIO/bin/sudo"
    mkdir -p "$DATA/cinder"/{export,mnt,conversion,backup} "$ETC/cinder"
    echo 127.0.0.1:/clouddesk | write_changed "$ETC/cinder/nfs_shares"
    render cinder.conf "$ETC/cinder/cinder.conf"
    cp -rp "$VENV"/etc/cinder/{api-paste.ini,resource_filters.json,rootwrap.d} "$ETC/cinder/"
    sed -e "s|^filters_path=.*|filters_path=$ETC/cinder/rootwrap.d,$VENV/etc/os-brick/rootwrap.d|" \
        -e "s|^exec_dirs=.*|exec_dirs=$AIO/bin,$VENV/bin,/sbin,/usr/sbin,/bin,/usr/bin|" \
        "$VENV/etc/cinder/rootwrap.conf" | write_changed "$ETC/cinder/rootwrap.conf"
    local config=(--config-file "$ETC/cinder/cinder.conf")
    schema cinder cinder-manage "${config[@]}" db sync
    web cinder "$PORT_CINDER" cinder.wsgi.api:application 1 4 "${config[*]}"
    service cinder-scheduler cinder-scheduler "${config[@]}"
    isolated_service cinder-volume cinder-volume "${config[@]}"
    isolated_service cinder-backup cinder-backup "${config[@]}"
    wait_for 60 "Cinder on port $PORT_CINDER" http_answers "$PORT_CINDER"
    python "$PARTS/catalog.py" cinder
    wait_for 60 "cinder-volume and its backend" volume_up
    wait_for 60 "cinder-backup" backup_up
}

# volume_up: the scheduler knows a backend only when its driver is initialized
volume_up() { openstack --os-cloud admin volume backend pool list -f value | grep -q nfs; }
backup_up() { openstack --os-cloud admin volume service list --service cinder-backup -f value | grep -qw up; }

stage_seed() {
    capabilities
    REAL=$REAL python "$PARTS/seed.py"
}
