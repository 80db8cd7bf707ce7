# shellcheck shell=bash
# The machine: packages, Python, what it can do, the private mount namespace.

stage_packages() {
    local wanted missing=() name
    wanted=$(grep -v '^#' "$PARTS/packages.txt")
    choose_python
    # Debian's own python3 comes without venv and headers
    [[ $PYTHON != /usr/bin/* ]] || wanted+=" python3-venv python3-dev"
    for name in $wanted; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
    done
    ports_free
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "missing: ${missing[*]}"
    install_packages "${missing[@]}"
}

choose_python() {
    PYTHON=$("$WANTED_PYTHON" -c 'import sys; assert sys.version_info >= (3, 11), sys.version
print(getattr(sys, "_base_executable", None) or sys.executable)') ||
        die "Python 3.11 or newer is needed, $WANTED_PYTHON is not: give --python PROGRAM"
    write_settings
}

install_packages() {
    local policy=/usr/sbin/policy-rc.d archive=$CACHE/apt
    mkdir -p "$archive/partial"
    chown _apt "$archive/partial" 2>/dev/null || :
    # dpkg must not start a second MariaDB or RabbitMQ on the standard ports
    if [ ! -e $policy ]; then
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\n# clouddesk all-in-one, removed after apt-get\nexit 101\n' >$policy
        chmod 755 $policy
    fi
    umask 022
    local options=(-q -y -o "Dir::Cache::archives=$archive" -o DPkg::Lock::Timeout=300)
    export DEBIAN_FRONTEND=noninteractive
    # an apt-get that was killed leaves half-configured packages
    dpkg --configure -a
    apt-get "${options[@]}" update
    apt-get "${options[@]}" install --no-install-recommends "$@"
}

# ports_free: complain now, not when the seventh service dies
ports_free() {
    [ -z "$(service_names)" ] || return 0
    local name port
    for name in "${PORT_NAMES[@]}"; do
        port=PORT_${name^^}
        ! tcp_open "${!port}" || die "port ${!port} ($name) is taken; choose another block: $(self up --port-base N)"
    done
}

stage_python() {
    local mark=$VENV/.complete wanted
    umask 022
    wanted=$("$PYTHON" -VV; echo "$PYTHON"; cat "$PARTS/constraints.txt" "$PARTS/requirements.txt")
    [ "$wanted" != "$(cat "$mark" 2>/dev/null)" ] || return 0
    # a venv of another interpreter cannot be updated
    [ "$(readlink -f "$VENV/bin/python")" = "$(readlink -f "$PYTHON")" ] || rm -rf "$VENV"
    [ -x "$VENV/bin/pip" ] || "$PYTHON" -m venv --clear "$VENV"
    pip_install pip setuptools wheel
    pip_install -r "$PARTS/requirements.txt"
    echo "$wanted" >"$mark"
}

pip_() {
    local verb=$1
    shift
    "$VENV/bin/python" -m pip --disable-pip-version-check "$verb" -q -c "$PARTS/constraints.txt" "$@"
}

# wheelhouse: one per interpreter; uWSGI embeds the one that it was built with
wheelhouse() {
    "$PYTHON" -c 'import hashlib, os, platform, sys
key = hashlib.sha256(sys.executable.encode()).hexdigest()[:8]
print(os.environ["CACHE"] + "/wheels-" + platform.python_version() + "-" + key)'
}

# pip_install ARGUMENTS: from the wheels in the cache; what is missing there is fetched first
pip_install() {
    local house offline
    house=$(wheelhouse)
    offline=(--root-user-action ignore --no-index --find-links "$house")
    mkdir -p "$house"
    if pip_ install "${offline[@]}" "$@" 2>/dev/null; then return; fi
    echo "fetching into $house: $*"
    # pip's own cache may hold a uWSGI for another interpreter
    pip_ wheel --no-cache-dir -w "$house" --find-links "$house" "$@"
    pip_ install "${offline[@]}" "$@"
}

# stage_isolation: what the machine can do, and a mount namespace in which libvirt's fixed
# paths are ours. It is pinned to a file, so no process has to hold it.
stage_isolation() {
    find_capabilities
    [ "$REAL" = yes ] || return 0
    ! isolated test -e "/run/complete-$(cat "$AIO/id")" || return 0
    remove_isolation
    mkdir -p "$RUN/ns" "$RUN/ns.d"
    mountpoint -q "$RUN/ns" || mount --bind "$RUN/ns" "$RUN/ns"
    mount --make-private "$RUN/ns"
    touch "$RUN/ns/mnt"
    unshare --mount="$RUN/ns/mnt" --propagation private bash -Eeuo pipefail "$PARTS/isolate.sh"
}

find_capabilities() {
    capabilities
    REAL=yes WHY=''
    [ -z "$FAKE_ONLY" ] || { REAL=no WHY='--fake-only'; }
    can_unshare || { REAL=no WHY='no mount or network namespaces'; }
    can_tap || { REAL=no WHY="${WHY:+$WHY, }no tap devices"; }
    [ ! -e /sys/class/net/ovs-netdev ] || { REAL=no WHY="${WHY:+$WHY, }another userspace OVS owns the device ovs-netdev"; }
    write_file "$AIO/capabilities" <<CAPABILITIES
REAL=$REAL
WHY='$WHY'
VIRT_TYPE=$VIRT_TYPE
CAPABILITIES
}

can_unshare() { unshare --mount --net true; }

can_tap() {
    ip tuntap add dev "cdt$PORT_BASE" mode tap || return 1
    ip link del "cdt$PORT_BASE"
}

# capabilities: load what "isolation" and "guest" found out
capabilities() {
    REAL=no WHY='not looked at yet' VIRT_TYPE=qemu
    # shellcheck source=/dev/null
    [ ! -e "$AIO/capabilities" ] || source "$AIO/capabilities"
    export VIRT_TYPE
}

show_capabilities() {
    capabilities
    if [ "$REAL" != yes ]; then
        echo "this machine: $WHY -> no real desktops, only the fake hypervisor (flavor f1.desk)"
    elif [ "$VIRT_TYPE" = kvm ]; then
        echo "this machine: KVM works -> desktops run at full speed"
    else
        echo "this machine: no working KVM -> desktops run under QEMU's emulation"
    fi
}

remove_isolation() {
    ! mountpoint -q "$RUN/ns/mnt" || umount "$RUN/ns/mnt"
    ! mountpoint -q "$RUN/ns" || umount -l "$RUN/ns"
}

purge_home() {
    [ -e "$AIO/id" ] || [ -e "$AIO/.lock" ] || die "$AIO is not a home of this script; nothing deleted"
    rm -rf --one-file-system "$AIO"
}
