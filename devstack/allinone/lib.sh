# shellcheck shell=bash
# Home, settings, secrets, templates, stages, waiting.

PORT_NAMES=(keystone glance placement neutron nova metadata novnc cinder clouddesk
            mysql amqp amqp_dist epmd memcached)
SECRETS=(admin keystone glance placement neutron nova cinder clouddesk rabbit
         rabbit-cookie metadata)
DATABASES=(keystone glance placement neutron nova cinder clouddesk)
PERSONAS=(member admin manager reader service)

die() {
    echo "allinone: $*" >&2
    exit 1
}

# self WORDS...: the command line that repeats this script on the same home
self() {
    local line=$TOP/devstack/allinone.sh
    [ "$AIO" = /opt/clouddesk-allinone ] || line+=" --home $AIO"
    echo "$line $*"
}

# locate: paths, settings of an existing home, environment of everything started later
locate() {
    [ "$(id -u)" = 0 ] || die "must run as root: sudo $0 $COMMAND"
    AIO=$(realpath -ms "$AIO") CACHE=$(realpath -ms "$CACHE")
    [[ $AIO =~ ^[A-Za-z0-9._/-]+$ ]] || die "--home may hold letters, digits and ._/- only: $AIO"
    [ "${#AIO}" -le 50 ] || die "--home is too long for the sockets below it (50 characters): $AIO"
    [ "$AIO" != / ] || die "--home cannot be /"
    RUN=$AIO/run LOG=$AIO/log DATA=$AIO/data ETC=$AIO/etc VENV=$AIO/venv
    PORT_BASE=21000 EXT_NET='' PYTHON='' FAKE_ONLY=''
    # shellcheck source=/dev/null
    [ ! -e "$AIO/settings" ] || source "$AIO/settings"
    if [ -n "$WANTED_BASE" ] && [ "$WANTED_BASE" != "$PORT_BASE" ] && [ -e "$AIO/settings" ]; then
        die "$AIO already uses port base $PORT_BASE; leave --port-base out, or first: $(self down --purge)"
    fi
    PORT_BASE=${WANTED_BASE:-$PORT_BASE} FAKE_ONLY=${WANTED_FAKE:-$FAKE_ONLY}
    [[ $PORT_BASE =~ ^[0-9]+$ ]] && [ "$PORT_BASE" -ge 6000 ] && [ "$PORT_BASE" -le 65000 ] ||
        die "--port-base must be between 6000 and 65000, not \"$PORT_BASE\""
    BR_INT=cdi$PORT_BASE BR_EX=cdx$PORT_BASE DP_DEV=cdo$PORT_BASE
    local name number=$PORT_BASE
    for name in "${PORT_NAMES[@]}"; do
        export "PORT_${name^^}=$number"
        number=$((number + 1))
    done
    VNC_FIRST=$((PORT_BASE + 50)) VNC_LAST=$((PORT_BASE + 199))
    export TOP PARTS AIO CACHE RUN LOG DATA ETC VENV PORT_BASE EXT_NET BR_INT BR_EX VNC_FIRST VNC_LAST
    service_environment
}

service_environment() {
    # what the caller exported for his own cloud must not reach the services
    local name
    for name in "${!OS_@}"; do unset "$name"; done
    CALLER_PATH=$PATH
    # found before PATH changes: it may be a pyenv shim
    WANTED_PYTHON=$(command -v "${WANTED_PYTHON:-${PYTHON:-python3}}") || die "no Python: give --python PROGRAM"
    export PATH=$AIO/bin:$VENV/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    export OVS_RUNDIR=$RUN/ovs OVS_LOGDIR=$LOG OVS_DBDIR=$DATA/ovs OVN_RUNDIR=$RUN/ovn OVN_LOGDIR=$LOG
    export OS_CLIENT_CONFIG_FILE=$AIO/clouds.yaml PYTHONWARNINGS=ignore LC_ALL=C.UTF-8
    for name in KEYSTONE GLANCE PLACEMENT NOVA NEUTRON; do
        export "OS_${name}_CONFIG_DIR=$ETC/${name,,}"
    done
    export OS_NEUTRON_CONFIG_FILES='neutron.conf;ml2_conf.ini'
    export OS_CLOUDDESK_CONFIG_FILES=$ETC/clouddesk/clouddesk.conf
    # a proxy would be asked for 127.0.0.1, too
    export no_proxy=127.0.0.1,localhost NO_PROXY=127.0.0.1,localhost
    # git must read a checkout that belongs to somebody else than root
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$TOP
}

# take_lock: one "up", "down" or "stage" per home; fd 9 is inherited by stages, not by services
take_lock() {
    mkdir -p "$AIO"
    exec 9>>"$AIO/.lock"
    if ! flock -n 9; then
        local owner
        owner=$(cat "$AIO/.owner" 2>/dev/null || :)
        if same_process "$owner"; then
            die "another allinone.sh (pid ${owner% *}) works on $AIO; wait for it, or stop it: kill ${owner% *}"
        fi
        echo "waiting for the rest of an interrupted run ..."
        flock -w 600 9 || die "a child of an interrupted run still holds $AIO/.lock; wait for it, then: $(self "$COMMAND")"
    fi
    process_mark $$
    echo "$MARK" >"$AIO/.owner"
}

prepare_home() {
    umask 077
    # mysql, rabbitmq and nobody must pass through, but not look around
    mkdir -p "$AIO/secrets" "$RUN/pids" "$RUN/lock" "$RUN/tmp" "$LOG/stages" "$DATA" "$ETC" "$AIO/bin" "$CACHE"
    chmod 711 "$AIO" "$RUN" "$LOG" "$DATA"
    chmod 755 "$CACHE"
    # marks of processes mean nothing after a reboot
    if [ "$(cat "$AIO/boot" 2>/dev/null)" != "$(cat /proc/sys/kernel/random/boot_id)" ]; then
        rm -f "$RUN"/pids/*
        cat /proc/sys/kernel/random/boot_id >"$AIO/boot"
    fi
    [ -s "$AIO/id" ] || random_hex | write_file "$AIO/id"
    local name school
    for name in "${SECRETS[@]}" "${DATABASES[@]/#/db-}"; do secret "$name" >/dev/null; done
    for school in school-a school-b; do
        for name in "${PERSONAS[@]}"; do secret "$school-$name" >/dev/null; done
    done
    write_settings
}

write_settings() {
    write_file "$AIO/settings" <<SETTINGS
PORT_BASE=$PORT_BASE
EXT_NET=$EXT_NET
PYTHON=$PYTHON
FAKE_ONLY=$FAKE_ONLY
SETTINGS
}

random_hex() { od -An -v -tx1 -N20 /dev/urandom | tr -d ' \n'; }

# write_file FILE: stdin to FILE, never half of it
write_file() {
    cat >"$1.new"
    mv "$1.new" "$1"
}

# write_changed FILE: an unchanged file keeps its time, for config_changed
write_changed() {
    cat >"$1.new"
    if cmp -s "$1.new" "$1"; then rm "$1.new"; else mv "$1.new" "$1"; fi
}

secret() {
    [ -s "$AIO/secrets/$1" ] || random_hex | write_file "$AIO/secrets/$1"
    cat "$AIO/secrets/$1"
}

# render TEMPLATE FILE [NAME=VALUE...]
render() {
    local template=$1 file=$2
    shift 2
    mkdir -p "$(dirname "$file")"
    env "$@" "$VENV/bin/python" "$PARTS/render.py" "$PARTS/etc/$template" "$file"
}

# run_stage NAME NUMBER OF: a process of its own, so that errexit holds and Ctrl-C reaches it
run_stage() {
    local name=$1 start rc=0
    start=$(date +%s%N)
    printf '[%2d/%d] %-11s ' "$2" "$3" "$name"
    "$TOP/devstack/allinone.sh" --home "$AIO" --cache "$CACHE" --python "$WANTED_PYTHON" \
        ${WANTED_BASE:+--port-base "$WANTED_BASE"} __stage "$name" >"$LOG/stages/$name.log" 2>&1 || rc=$?
    awk -v ns=$(($(date +%s%N) - start)) 'BEGIN { printf "%6.1f s", ns / 1e9 }'
    if [ $rc -eq 0 ]; then tail -n 1 "$LOG/stages/$name.log" | sed -n 's/^note: /   /p' | tr -d '\n'; fi
    echo
    # shellcheck source=/dev/null
    source "$AIO/settings"
    return $rc
}

stage_failed() {
    {
        echo
        echo "allinone: stage \"$1\" failed. The last lines of $LOG/stages/$1.log:"
        tail -n 15 "$LOG/stages/$1.log" | sed 's/^/    /'
        dead_services 3
        echo "What is up stays up. When the cause is gone, go on with:"
        echo "    $(self up)"
    } >&2
    exit 1
}

# wait_for SECONDS WHAT COMMAND...
wait_for() {
    local end what=$2 ended
    end=$((SECONDS + $1))
    shift 2
    until "$@" >/dev/null 2>&1; do
        if ended=$(ended_service); then
            echo "$ended ended while this stage waited for $what"
            return 1
        fi
        if [ $SECONDS -ge $end ]; then
            echo "timeout: $what ($*)"
            return 1
        fi
        sleep 0.2
    done
}

tcp_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
http_answers() { curl -s -o /dev/null --max-time 5 "http://127.0.0.1:$1/"; }

# once NAME COMMAND...: skipped when it ended well before
once() {
    local mark=$DATA/.done-$1
    shift
    [ ! -e "$mark" ] || return 0
    "$@"
    touch "$mark"
}
