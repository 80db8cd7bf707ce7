# shellcheck shell=bash
# Services: start once, find again, stop. Nothing is ever killed by name.

# process_mark PID: sets MARK to "pid starttime", which a recycled pid does not share.
# No forks here: "down" asks for thirty services ten times a second.
process_mark() {
    local stat
    MARK=''
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    read -ra stat <<<"${stat##*) }"
    [ "${stat[0]}" != Z ] || return 1
    MARK="$1 ${stat[19]}"
}

same_process() { [ -n "$1" ] && process_mark "${1% *}" && [ "$MARK" = "$1" ]; }

# read_mark NAME: sets MARK to what the service wrote when it started
read_mark() {
    MARK=''
    { read -r MARK <"$RUN/pids/$1"; } 2>/dev/null || :
}

running() {
    read_mark "$1"
    same_process "$MARK"
}

# held NAME: stopped by "allinone.sh stop"
held() { [ -e "$RUN/held/$1" ]; }
held_names() { ls "$RUN/held" 2>/dev/null || :; }

service_names() { ls -tr "$RUN/pids" 2>/dev/null; }

# Services that this stage started or found; wait_for gives up when one of them ends.
WATCHED=()

# service NAME COMMAND...: start in a session of its own unless it runs. The new process
# writes its own pid file before it becomes the service: no kill can lose track of it.
service() {
    local name=$1
    shift
    if held "$name"; then
        echo "$name: was stopped by hand"
        return 0
    fi
    if running "$name"; then
        config_changed "$name" "$@" || { WATCHED+=("$name"); return 0; }
        echo "$name: its configuration changed, restarting"
        stop_services "$name"
    fi
    # orphaned workers would keep the port
    read_mark "$name"
    end_session "$MARK"
    rm -f "$RUN/pids/$name"
    cd /
    # shellcheck disable=SC2016
    CLOUDDESK_AIO_ID=$(cat "$AIO/id") setsid bash -c '
        mark=$1; shift
        read -r stat <"/proc/$$/stat"; stat=(${stat##*) })
        echo "$$ ${stat[19]}" >"$mark.new" && mv "$mark.new" "$mark" && exec "$@"
        ' launch "$RUN/pids/$name" "$@" </dev/null >>"$LOG/$name.log" 2>&1 9>&- &
    wait_for 10 "start of $name" test -s "$RUN/pids/$name"
    WATCHED+=("$name")
}

# end_session MARK: the service and its workers, which may have outlived it. The kernel gives
# the number of a session to nobody else as long as one member lives.
end_session() {
    [ -n "$1" ] || return 0
    process_mark "${1% *}" || :
    # another process with that number: recycled, so the session is gone
    [ -z "$MARK" ] || [ "$MARK" = "$1" ] || return 0
    # a member may fork while we look: look again until nobody is left
    for _ in {1..50}; do
        kill_session "${1% *}" || return 0
        sleep 0.1
    done
}

# kill_session NUMBER: false when it has no member. No pkill: a bare Debian has none.
kill_session() {
    local file stat found=1
    for file in /proc/[0-9]*/stat; do
        { read -r stat <"$file"; } 2>/dev/null || continue
        read -ra stat <<<"${stat%% *} ${stat##*) }"
        [ "${stat[4]}" = "$1" ] && [ "${stat[1]}" != Z ] || continue
        found=0
        kill -KILL "${stat[0]}" 2>/dev/null || :
    done
    return $found
}

# config_changed NAME COMMAND...: files of the service below etc/ are newer than its start
config_changed() {
    local name=$1 word places=("$ETC/${1%%-*}")
    shift
    for word in "$@"; do [[ $word != "$ETC/"* ]] || places+=("$word"); done
    [ -n "$(find "${places[@]}" -type f -newer "$RUN/pids/$name" -print -quit 2>/dev/null)" ]
}

ended_service() {
    local name
    for name in "${WATCHED[@]}"; do
        running "$name" || { echo "$name"; return 0; }
    done
    return 1
}

# isolated COMMAND...: in the private mount namespace
isolated() {
    if mountpoint -q "$RUN/ns/mnt"; then nsenter --mount="$RUN/ns/mnt" -- "$@"; else "$@"; fi
}

isolated_service() {
    local name=$1
    shift
    if mountpoint -q "$RUN/ns/mnt"; then
        service "$name" nsenter --mount="$RUN/ns/mnt" -- "$@"
    else
        service "$name" "$@"
    fi
}

# web NAME PORT MODULE PROCESSES THREADS [PYARGV]
web() {
    render uwsgi.ini "$ETC/uwsgi/$1.ini" NAME="$1" PORT="$2" MODULE="$3" PROCESSES="$4" THREADS="$5"
    service "$1" uwsgi --ini "$ETC/uwsgi/$1.ini" ${6:+--pyargv "$6"}
}

# leftovers: processes that carry our id or live in our mount namespace, in whatever session
leftovers() {
    local id ns=''
    id=$(cat "$AIO/id" 2>/dev/null) || return 0
    ! mountpoint -q "$RUN/ns/mnt" || ns="mnt:\\[$(stat -L -c %i "$RUN/ns/mnt")\\]"
    grep -lzxs "CLOUDDESK_AIO_ID=$id" /proc/[0-9]*/environ | cut -d/ -f3
    [ -z "$ns" ] || find /proc/[0-9]*/ns/mnt -maxdepth 0 -lname "$ns" 2>/dev/null | cut -d/ -f3
}

# stop_services NAME...: TERM to all at once, KILL after a common grace
stop_services() {
    local name mark marks=()
    for name in "$@"; do
        read_mark "$name"
        [ -n "$MARK" ] || continue
        mark=$MARK
        marks+=("$mark")
        ! same_process "$mark" || kill -TERM "${mark% *}" 2>/dev/null || :
    done
    await_end 8 "${marks[@]}"
    for mark in "${marks[@]}"; do
        ! same_process "$mark" || echo "killed after 8 s: $(tr '\0' ' ' <"/proc/${mark% *}/cmdline" | cut -c -90)"
        end_session "$mark"
    done
    for name in "$@"; do rm -f "$RUN/pids/$name"; done
}

# await_end SECONDS MARK...
await_end() {
    local end mark left
    end=$((SECONDS + $1))
    shift
    while [ $SECONDS -lt $end ]; do
        left=''
        for mark in "$@"; do ! same_process "$mark" || left=1; done
        [ -n "$left" ] || return 0
        sleep 0.1
    done
}

stop_leftovers() {
    local pid
    for pid in $(leftovers); do kill -TERM "$pid" 2>/dev/null || :; done
    for _ in {1..30}; do
        [ -n "$(leftovers)" ] || return 0
        sleep 0.1
    done
    for pid in $(leftovers); do kill -KILL "$pid" 2>/dev/null || :; done
}

stop_everything() {
    local start=$SECONDS name infra=() others=()
    for name in $(service_names); do
        case $name in
            mariadb|epmd|rabbitmq|memcached|virtlogd|libvirtd|ovs*|ovn*|fake-o*) infra+=("$name");;
            *) others+=("$name");;
        esac
    done
    note_taps
    # OpenStack first, so that nothing reacts to guests that go away
    stop_services "${others[@]}"
    stop_guests
    stop_services "${infra[@]}"
    stop_leftovers
    remove_network
    remove_isolation
    echo "stopped after $((SECONDS - start)) s"
}

restart_services() {
    known_services "$@"
    take_lock
    prepare_home
    stop_services "$@"
    start_again "$@"
}

hold_services() {
    known_services "$@"
    take_lock
    mkdir -p "$RUN/held"
    local name
    for name in "$@"; do : >"$RUN/held/$name"; done
    stop_services "$@"
}

release_services() {
    known_services "$@"
    take_lock
    prepare_home
    start_again "$@"
}

known_services() {
    local name all
    all=$({ service_names; held_names; } | tr '\n' ' ')
    [ $# -gt 0 ] || die "which service? $all"
    for name in "$@"; do
        [ -e "$RUN/pids/$name" ] || held "$name" || die "no service \"$name\"; there are: $all"
    done
}

start_again() {
    local name stages
    rm -f "${@/#/$RUN/held/}"
    stages=$(for name in "$@"; do stage_of "$name"; done | sort -u)
    for name in $stages; do
        run_stage "$name" 1 1 || stage_failed "$name"
    done
}

stage_of() {
    case $1 in
        mariadb) echo database;;
        epmd|rabbitmq|memcached) echo messaging;;
        virtlogd|libvirtd) echo hypervisor;;
        ovs*|ovn*) echo ovn;;
        fake-*) echo fake;;
        *) echo "${1%%-*}";;
    esac
}

# dead_services N: the logs of the first N, the names of the rest
dead_services() {
    local name number=0
    for name in $(service_names); do
        running "$name" && continue
        number=$((number + 1))
        [ $number -le "$1" ] || { echo "Service $name is not running, too"; continue; }
        echo "Service $name is not running; the last lines of $LOG/$name.log:"
        tail -n 6 "$LOG/$name.log" | cut -c -200 | sed 's/^/    /'
    done
}

show_status() {
    [ -d "$RUN/pids" ] || die "nothing is installed in $AIO; start with: $(self up)"
    local name state rc=0
    [ -n "$(service_names)" ] || { echo "all is stopped; start with: $(self up)"; return 1; }
    for name in $(held_names); do
        printf '%-5s %-20s %s\n' held "$name" "start it with: $(self start "$name")"
    done
    for name in $(service_names); do
        if running "$name"; then state=up; else state=DOWN rc=1; fi
        printf '%-5s %-20s %s\n' "$state" "$name" "$(cut -d' ' -f1 "$RUN/pids/$name")"
    done
    show_capabilities
    echo "ports: $(for name in "${PORT_NAMES[@]}"; do
        local port=PORT_${name^^}
        printf '%s %s  ' "$name" "${!port}"
    done)"
    [ $rc -eq 0 ] || echo "to start what is down: $(self up)"
    return $rc
}

show_env() {
    [ -e "$AIO/clouds.yaml" ] || die "no cloud in $AIO yet; start with: $(self up)"
    echo "export PATH='$VENV/bin':\"\$PATH\""
    echo "export OS_CLIENT_CONFIG_FILE='$AIO/clouds.yaml'"
    echo "export OS_CLOUD=\"\${OS_CLOUD:-school-a}\""
    echo "export CLOUDDESK_AIO_HOME='$AIO'"
}

show_log() {
    [ $# -eq 1 ] || die "logs of what? $(service_names | tr '\n' ' ')${STAGES[*]}"
    local file
    for file in "$LOG/$1.log" "$LOG/stages/$1.log"; do
        if [ -e "$file" ]; then
            if [ -t 1 ]; then ${PAGER:-less +G} "$file"; else cat "$file"; fi
            return
        fi
    done
    die "no log of \"$1\"; there are: $(cd "$LOG" && ls -- *.log stages/*.log | tr '\n' ' ')"
}
