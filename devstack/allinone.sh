#!/usr/bin/env bash
# A real OpenStack with clouddesk on one machine: see "allinone.sh help".
set -Eeuo pipefail

TOP=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
PARTS=$TOP/devstack/allinone
for part in lib process host infra network openstack compute clouddesk; do
    # shellcheck source=/dev/null
    source "$PARTS/$part.sh"
done

STAGES=(packages python isolation guest database messaging keystone catalog
        placement glance ovn hypervisor neutron nova cinder fake seed clouddesk)

usage() {
    cat <<'HELP'
allinone.sh - a real OpenStack with clouddesk on one machine (Debian, root)

    allinone.sh up                  build and start everything; run it again at any time
    allinone.sh demo                a class of five desktops, and how to open them
    allinone.sh status              services, ports and what this machine can do
    allinone.sh env                 shell code:  eval "$(devstack/allinone.sh env)"
    allinone.sh test [TEST...]      the cloud tests of the checkout; they break services, too
    allinone.sh crash [TEST...]     the long form of those that do, and a table
    allinone.sh down                stop everything, keep the data
    allinone.sh down --purge        ... and delete the home (the download cache stays)
    allinone.sh down --purge-cache  ... and delete the download cache, too
    allinone.sh restart NAME...     restart services (names: status)
    allinone.sh stop NAME...        stop services; other commands leave them alone
    allinone.sh start NAME...       ... until this, or "up", starts them again
    allinone.sh stage NAME...       run single stages of "up" again
    allinone.sh logs NAME           the log of a service or a stage

Options, before or after the command:
    --home DIR          where everything lives   [/opt/clouddesk-allinone]
    --port-base N       first of 200 ports       [21000], fixed by the first "up"
    --cache DIR         downloads, kept for all  [/var/cache/clouddesk-allinone]
    --fake-only         no real desktops, even if the machine could; fixed by the first "up"
    --python PROGRAM    interpreter of the services (>= 3.11)  [python3], kept by the home
The environment can say the same: CLOUDDESK_AIO_HOME, CLOUDDESK_AIO_PORT_BASE,
CLOUDDESK_AIO_CACHE, CLOUDDESK_AIO_PYTHON.
HELP
    echo
    echo "Stages: ${STAGES[*]}"
}

parse() {
    AIO=${CLOUDDESK_AIO_HOME:-/opt/clouddesk-allinone}
    CACHE=${CLOUDDESK_AIO_CACHE:-/var/cache/clouddesk-allinone}
    WANTED_BASE=${CLOUDDESK_AIO_PORT_BASE:-}
    WANTED_PYTHON=${CLOUDDESK_AIO_PYTHON:-}
    WANTED_FAKE='' PURGE='' COMMAND='' ARGS=()
    while [ $# -gt 0 ]; do
        case $1 in
            --home|--port-base|--cache|--python) [ $# -gt 1 ] || die "$1 needs a value";;&
            --home) AIO=$2; shift;;
            --port-base) WANTED_BASE=$2; shift;;
            --cache) CACHE=$2; shift;;
            --python) WANTED_PYTHON=$2; shift;;
            --fake-only) WANTED_FAKE=yes;;
            --purge) PURGE=${PURGE:-home};;
            --purge-cache) PURGE=cache;;
            -h|--help) COMMAND=help;;
            --) shift; ARGS+=("$@"); break;;
            *) if [ -z "$COMMAND" ]; then COMMAND=$1; else ARGS+=("$1"); fi;;
        esac
        shift
    done
    [ -z "$PURGE" ] || [ "$COMMAND" = down ] || die "--purge belongs to \"down\""
}

up() {
    take_lock
    prepare_home
    rm -rf "$RUN/held"
    local name failed='' number=0 start=$SECONDS
    echo "clouddesk all-in-one: home $AIO, ports $PORT_BASE-$((PORT_BASE + 199)), cache $CACHE"
    for name in "${STAGES[@]}"; do
        number=$((number + 1))
        run_stage "$name" "$number" "${#STAGES[@]}" || { failed=$name; break; }
    done
    [ -z "$failed" ] || stage_failed "$failed"
    all_alive
    summary $((SECONDS - start))
}

# all_alive: a service may die after its stage ended well
all_alive() {
    local report
    report=$(dead_services 3)
    [ -z "$report" ] || die "not all services survived.
$report
When the cause is gone: $(self up)"
}

summary() {
    show_capabilities
    echo "ready after $1 s. Next:"
    echo "    eval \"\$($(self env))\" && openstack server list"
    echo "    $(self demo)"
}

stages() {
    [ ${#ARGS[@]} -gt 0 ] || die "which stage? One of: ${STAGES[*]}"
    take_lock
    prepare_home
    local name
    for name in "${ARGS[@]}"; do
        [[ " ${STAGES[*]} " = *" $name "* ]] || die "no stage \"$name\"; there are: ${STAGES[*]}"
        run_stage "$name" 1 1 || stage_failed "$name"
    done
}

down() {
    take_lock
    stop_everything
    if [ -n "$PURGE" ]; then
        purge_home
        echo "purged $AIO"
        [ "$PURGE" = cache ] || echo "the download cache stays in $CACHE (down --purge-cache deletes it)"
    fi
    [ "$PURGE" != cache ] || { rm -rf "$CACHE"; echo "deleted $CACHE"; }
}

main() {
    parse "$@"
    case $COMMAND in
        ''|help) usage; return;;
    esac
    locate
    case $COMMAND in
        up) up;;
        down) down;;
        stage) stages;;
        __stage) stage_"${ARGS[0]}";;
        restart) restart_services "${ARGS[@]}";;
        stop) hold_services "${ARGS[@]}";;
        start) release_services "${ARGS[@]}";;
        status) show_status;;
        env) show_env;;
        logs) show_log "${ARGS[@]}";;
        demo) demo;;
        test) cloud_tests "${ARGS[@]}";;
        crash) crash_tests "${ARGS[@]}";;
        *) die "no command \"$COMMAND\"; see: $0 help";;
    esac
}

# one line: bash reads a script as it goes, and this file may be edited meanwhile
main "$@"; exit
