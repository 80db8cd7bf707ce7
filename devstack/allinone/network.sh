# shellcheck shell=bash
# OVN, and Open vSwitch in userspace with bridges of our own.

vsctl() { ovs-vsctl --db="unix:$RUN/ovs/db.sock" "$@"; }

stage_ovn() {
    capabilities
    mkdir -p "$RUN/ovn" "$RUN/ovs" "$DATA/ovs"
    ovn_central
    [ "$REAL" = yes ] || { echo "note: only OVN's databases ($WHY)"; return 0; }
    choose_external_net
    ovs_switch
    chassis "$RUN/ovs/db.sock" real 127.0.0.1 external-ids:ovn-bridge="$BR_INT" \
        external-ids:ovn-bridge-mappings="public:$BR_EX" external-ids:ovn-bridge-datapath-type=netdev \
        external-ids:ovn-cms-options=enable-chassis-as-gw external-ids:ovn-monitor-all=true
    service ovn-controller ovn-controller "unix:$RUN/ovs/db.sock" -vconsole:warn
    wait_for 30 "the OVN chassis" chassis_known real
}

# ovs_database FILE SCHEMA: a half-written file does not count
ovs_database() {
    [ ! -e "$DATA/ovs/$1" ] || return 0
    rm -f "$DATA/ovs/$1.new"
    ovsdb-tool create "$DATA/ovs/$1.new" "$2"
    mv "$DATA/ovs/$1.new" "$DATA/ovs/$1"
}

ovn_central() {
    local name
    for name in nb sb; do
        ovs_database "ovn$name.db" "/usr/share/ovn/ovn-$name.ovsschema"
        service "ovn$name" ovsdb-server "$DATA/ovs/ovn$name.db" -vconsole:warn \
            --remote="punix:$RUN/ovn/ovn${name}_db.sock" --unixctl="$RUN/ovn/ovn${name}_db.ctl"
    done
    wait_for 15 "OVN northbound" ovn-nbctl --no-leader-only init
    wait_for 15 "OVN southbound" ovn-sbctl --no-leader-only init
    service ovn-northd ovn-northd -vconsole:warn --ovnnb-db="unix:$RUN/ovn/ovnnb_db.sock" \
        --ovnsb-db="unix:$RUN/ovn/ovnsb_db.sock" --unixctl="$RUN/ovn/northd.ctl"
}

chassis_known() { ovn-sbctl --no-leader-only --bare --columns=name list chassis | grep -qx "$1-$PORT_BASE"; }

# chassis SOCKET NAME TUNNEL_IP MORE...
chassis() {
    local socket=$1 name=$2 ip=$3
    shift 3
    ovs-vsctl --db="unix:$socket" --no-wait set open . external-ids:system-id="$name-$PORT_BASE" \
        external-ids:hostname="$name" external-ids:ovn-remote="unix:$RUN/ovn/ovnsb_db.sock" \
        external-ids:ovn-encap-type=geneve external-ids:ovn-encap-ip="$ip" "$@"
}

ovs_switch() {
    ovs_database conf.db /usr/share/openvswitch/vswitch.ovsschema
    service ovs-db ovsdb-server "$DATA/ovs/conf.db" -vconsole:warn \
        --remote="punix:$RUN/ovs/db.sock" --unixctl="$RUN/ovs/ovsdb.ctl"
    wait_for 15 "OVS database" vsctl --no-wait init
    start_vswitchd
    vsctl --may-exist add-br "$BR_EX" -- set bridge "$BR_EX" datapath_type=netdev other-config:disable-in-band=true
    wait_for 15 "bridge $BR_EX" ip link show "$BR_EX"
    ip link set "$BR_EX" up
    ip address replace "$EXT_NET.1/24" dev "$BR_EX"
}

# start_vswitchd: the userspace datapath always makes the device ovs-netdev. It gets our name
# at once, so that another home can have its own; the lock covers the moment in between.
start_vswitchd() {
    ! running ovs-vswitchd || return 0
    # any file that all homes of this machine share
    exec 8</dev/net/tun
    flock 8
    [ ! -e "/sys/class/net/$DP_DEV" ] || ip link del "$DP_DEV"
    [ ! -e /sys/class/net/ovs-netdev ] || die "another userspace OVS owns the device ovs-netdev"
    service ovs-vswitchd ovs-vswitchd "unix:$RUN/ovs/db.sock" -vconsole:warn --unixctl="$RUN/ovs/vswitchd.ctl" 8>&-
    wait_for 15 "ovs-vswitchd" ovs-appctl -t "$RUN/ovs/vswitchd.ctl" version
    vsctl --may-exist add-br "$BR_INT" -- set bridge "$BR_INT" datapath_type=netdev fail-mode=secure \
        other-config:disable-in-band=true
    wait_for 15 "the userspace datapath" test -e /sys/class/net/ovs-netdev
    ip link set ovs-netdev name "$DP_DEV"
    exec 8>&-
}

# choose_external_net: a /24 that no route of this machine covers, kept for the life of the home
choose_external_net() {
    if [ -z "$EXT_NET" ]; then
        # started from the port base: a stopped home keeps its net, unseen by routes
        EXT_NET=$(ip -4 -o route show table all | python "$PARTS/freenet.py" $((PORT_BASE / 200 % 254))) ||
            die "no free /24 below 172.30.0.0/16; see: ip route show table all"
        write_settings
    fi
    echo "note: floating IPs in $EXT_NET.0/24"
}

# note_taps: the devices that hang on our bridge, while its database still knows them
note_taps() {
    [ -e "$DATA/ovs/conf.db" ] || return 0
    ovsdb-tool query "$DATA/ovs/conf.db" \
        '["Open_vSwitch", {"op": "select", "table": "Interface", "where": [], "columns": ["name"]}]' |
        grep -oE '"tap[0-9a-f]{8}-[0-9a-f]{2}"' | tr -d '"' >>"$RUN/taps" || :
}

# remove_network: what killed processes left behind
remove_network() {
    local device
    for device in "$BR_INT" "$BR_EX" "$DP_DEV" $(sort -u "$RUN/taps" 2>/dev/null); do
        ip link del "$device" 2>/dev/null || :
    done
    rm -f "$RUN/taps"
}
