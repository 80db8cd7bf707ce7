# shellcheck shell=bash
# clouddesk itself, the demonstration and the cloud tests.

stage_clouddesk() {
    [ -e "$TOP/pyproject.toml" ] || die "$TOP has no pyproject.toml: clouddesk cannot be installed yet; the rest of the cloud is up"
    install_checkout
    local config=$ETC/clouddesk/clouddesk.conf
    render clouddesk.conf "$config" MIRROR_NET="${EXT_NET:-172.30.255}"
    [ -e "$ETC/clouddesk/secrets.keys" ] || clouddesk-manage --config-file "$config" secrets key
    (cd / && python -c 'import clouddesk.wsgi.api') || die "clouddesk.wsgi.api cannot be imported yet; the rest of the cloud is up"
    schema clouddesk clouddesk-manage --config-file "$config" db sync
    # and again: a newer checkout may bring new migrations
    clouddesk-manage --config-file "$config" db sync
    web clouddesk-api "$PORT_CLOUDDESK" clouddesk.wsgi.api:application 2 4
    service clouddesk-conductor clouddesk-conductor --config-file "$config"
    wait_for 60 "clouddesk on port $PORT_CLOUDDESK" http_answers "$PORT_CLOUDDESK"
    sleep 1
    held clouddesk-conductor || running clouddesk-conductor || die "clouddesk-conductor ended; see: $(self logs clouddesk-conductor)"
    python "$PARTS/catalog.py" clouddesk
}

# install_checkout: again only when its metadata changed; the code itself is read in place
install_checkout() {
    local mark=$VENV/.clouddesk wanted
    wanted=$(cd "$TOP" && echo "$TOP" && cat pyproject.toml setup.cfg requirements.txt 2>/dev/null || :)
    [ "$wanted" != "$(cat "$mark" 2>/dev/null)" ] || return 0
    (
        umask 022
        pip_install -r "$TOP/requirements.txt"
        pip_ install --root-user-action ignore --no-index --no-deps --no-build-isolation -e "$TOP"
    )
    echo "$wanted" >"$mark"
}

use_cloud() {
    [ -e "$AIO/clouds.yaml" ] || die "no cloud in $AIO yet; start with: $(self up)"
    export OS_CLOUD=${1:-school-a} CLOUDDESK_AIO_HOME=$AIO
}

demo() {
    use_cloud school-a
    capabilities
    local flavor=m1.desk name start=$SECONDS
    [ "$REAL" = yes ] || flavor=f1.desk
    openstack desktop --help >/dev/null 2>&1 ||
        die "the command \"openstack desktop\" is not there yet; run: $(self stage clouddesk)"
    if ! openstack desktop pool show class5 >/dev/null 2>&1; then
        show_command openstack desktop pool create class5 --image desktop-tiny \
            --flavor "$flavor" --network class --size 5 --wait
        echo "five desktops after $((SECONDS - start)) s"
    fi
    show_command openstack desktop list --pool class5 --sort name
    echo
    echo "To open them:"
    echo "    eval \"\$($(self env))\""
    for name in $(openstack desktop list --pool class5 --sort name -f value -c Name); do
        echo "    openstack desktop connect $name"
    done
    echo "To be rid of them:"
    echo "    openstack desktop pool delete class5 --wait"
}

show_command() {
    echo "\$ $*"
    "$@"
}

# cloud_tests: whoever says "test" here gives this cloud away to tests that break its services
cloud_tests() {
    use_cloud school-a
    [ -d "$TOP/clouddesk/tests/cloud" ] || die "$TOP/clouddesk/tests/cloud is not there: no cloud tests in this checkout"
    export CLOUDDESK_TEST_MAY_BREAK=yes CLOUDDESK_TALLY=$AIO/tally
    # where Glance may fetch images that tests serve, see [image_import]
    export CLOUDDESK_TEST_MIRROR=${EXT_NET:+$EXT_NET.1}
    : >"$CLOUDDESK_TALLY"
    local rc=0
    cd "$TOP"
    run_cloud_tests "$@" || rc=$?
    [ ! -s "$CLOUDDESK_TALLY" ] || python -m clouddesk.tests.tally "$CLOUDDESK_TALLY" || rc=1
    return $rc
}

run_cloud_tests() {
    if PATH=$CALLER_PATH command -v tox >/dev/null; then
        PATH=$CALLER_PATH tox -e cloud -- "$@"
        return
    fi
    if [ test-requirements.txt -nt "$VENV/.test-requirements" ]; then
        pip_install -r test-requirements.txt
        touch "$VENV/.test-requirements"
    fi
    OS_TEST_PATH=./clouddesk/tests/cloud stestr run --serial "$@"
}

crash_tests() {
    export CLOUDDESK_CRASH=long
    cloud_tests "${@:-tests.cloud.crash}"
}
