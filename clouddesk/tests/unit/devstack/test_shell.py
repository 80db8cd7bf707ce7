"""The shell parts: processes, secrets, the front door."""

import os
import pathlib
import subprocess
import time

from clouddesk.tests.unit.devstack import base

PRELUDE = """
set -Eeuo pipefail
RUN=$AIO/run LOG=$AIO/log ETC=$AIO/etc DATA=$AIO/data
mkdir -p "$RUN/pids" "$LOG" "$ETC" "$AIO/secrets"
echo test-id-of-$(basename "$AIO") >"$AIO/id"
exec 9>"$AIO/.lock"
source "$PARTS/lib.sh"
source "$PARTS/process.sh"
"""


class ShellTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.setenv('PARTS', str(base.PARTS))

    def bash(self, script: str) -> str:
        done = subprocess.run(
            ['bash', '-c', PRELUDE + script],
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(0, done.returncode, done.stderr + done.stdout)
        return done.stdout

    def start(self, name: str, command: str) -> int:
        self.bash(f'service {name} {command}')
        pid = int(self.mark(name).split()[0])
        self.addCleanup(self.bash, f'stop_services {name}')
        return pid

    def mark(self, name: str) -> str:
        return (self.home / 'run' / 'pids' / name).read_text()


class ServiceTestCase(ShellTestCase):
    def test_starts_once(self) -> None:
        self.start('a', 'sleep 60')
        before = self.mark('a')
        self.bash('service a sleep 60')
        self.assertEqual(before, self.mark('a'))

    def test_starts_again_after_a_kill(self) -> None:
        pid = self.start('a', 'sleep 60')
        kill(pid)
        self.bash('service a sleep 60; running a')
        self.assertNotEqual(pid, int(self.mark('a').split()[0]))

    def test_a_recycled_pid_is_not_ours(self) -> None:
        marks = self.home / 'run' / 'pids'
        marks.mkdir(parents=True)
        stranger = subprocess.Popen(['sleep', '60'], start_new_session=True)
        self.addCleanup(stranger.wait)
        self.addCleanup(stranger.kill)
        (marks / 'a').write_text(f'{stranger.pid} 1\n')
        self.bash('! running a; stop_services a')
        self.assertIsNone(stranger.poll())

    def test_orphans_end_with_their_service(self) -> None:
        command = "bash -c 'sleep 61 & echo $! >$AIO/child; wait'"
        pid = self.start('a', command)
        child = int(self.wait_for_text(self.home / 'child'))
        kill(pid)
        self.bash('stop_services a')
        self.assertFalse(alive(child))

    def test_a_stubborn_service_is_killed(self) -> None:
        pid = self.start('a', """bash -c 'trap "" TERM; sleep 62; sleep 62'""")
        time.sleep(0.3)
        self.assertIn('killed after', self.bash('stop_services a'))
        self.assertFalse(alive(pid))

    def test_changed_configuration_restarts(self) -> None:
        self.start('a', 'sleep 60')
        before = self.mark('a')
        self.bash('mkdir -p $ETC/a; sleep 0.1; touch $ETC/a/a.conf')
        self.assertIn('restarting', self.bash('service a sleep 60'))
        self.assertNotEqual(before, self.mark('a'))

    def test_a_stopped_service_stays_so(self) -> None:
        """Until it is started: a stage starts all its services."""
        self.start('a', 'sleep 60')
        self.bash('take_lock() { :; }; hold_services a')
        self.bash('service a sleep 60; ! running a; held a')
        self.bash(
            'take_lock() { :; }; prepare_home() { :; }\n'
            'stage_of() { echo x; }\n'
            'run_stage() { service a sleep 60; }\n'
            'release_services a; running a; ! held a'
        )

    def test_only_services_that_there_are_can_be_stopped(self) -> None:
        said = self.bash(
            'die() { echo "$*"; exit 0; }; : >"$RUN/pids/a"; hold_services b'
        )
        self.assertEqual('no service "b"; there are: a \n', said)

    def test_waiting_ends_with_the_service(self) -> None:
        began = time.monotonic()
        self.bash('service a sleep 0.2; ! wait_for 30 nothing false')
        self.assertLess(time.monotonic() - began, 15)

    def wait_for_text(self, path: pathlib.Path) -> str:
        for _ in range(50):
            if path.exists() and path.read_text():
                return path.read_text()
            time.sleep(0.1)
        raise AssertionError(f'{path} stays empty')


class NetworkTestCase(ShellTestCase):
    def test_the_taps_of_running_desktops_are_noted(self) -> None:
        """A killed QEMU leaves its tap, so "down" must know the names."""
        noted = self.bash("""
            source "$PARTS/network.sh"
            # As strict as the real one: RFC 7047 wants a "where" in a select.
            ovsdb-tool() {
                python3 -c '
import json
import sys
for operation in json.loads(sys.argv[1])[1:]:
    if operation["op"] == "select" and "where" not in operation:
        sys.exit("Required where member is missing.")
print(json.dumps([{"rows": [{"name": "tap0a1b2c3d-4e"}, {"name": "br"}]}],
                 separators=(",", ":")))
' "$3"
            }
            mkdir -p "$DATA/ovs"
            touch "$DATA/ovs/conf.db"
            note_taps
            cat "$RUN/taps"
        """)
        self.assertEqual('tap0a1b2c3d-4e\n', noted)


class SecretTestCase(ShellTestCase):
    def test_kept_and_different(self) -> None:
        one, again, other = self.bash(
            'secret one; echo; secret one; echo; secret other'
        ).split()
        self.assertEqual(one, again)
        self.assertNotEqual(one, other)
        self.assertEqual(40, len(one))


class FrontDoorTestCase(ShellTestCase):
    def run_script(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(base.TOP / 'devstack' / 'allinone.sh'), *words],
            capture_output=True,
            text=True,
            timeout=60,
        )

    def test_help_names_every_command(self) -> None:
        text = self.run_script('help').stdout
        words = 'up demo status env test crash down logs stop start restart'
        for word in words.split():
            self.assertIn(f'allinone.sh {word}', text)

    def test_purge_belongs_to_down(self) -> None:
        done = self.run_script('up', '--purge')
        self.assertEqual(1, done.returncode)
        self.assertIn('belongs to', done.stderr)

    def test_mistakes_are_named(self) -> None:
        if os.getuid() != 0:
            self.skipTest('the script looks for root first')
        home = ('--home', str(self.home / 'new'))
        for words, text in (
            (('frobnicate', *home), 'no command "frobnicate"'),
            (('status', '--home', '/tmp/a b'), 'may hold letters'),
            (('status', *home, '--port-base', '80'), 'between 6000'),
            (('env', *home), 'no cloud in'),
        ):
            done = self.run_script(*words)
            self.assertEqual(1, done.returncode)
            self.assertIn(text, done.stderr)
        self.assertFalse((self.home / 'new').exists())


def alive(pid: int) -> bool:
    try:
        stat = pathlib.Path(f'/proc/{pid}/stat').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return ') Z ' not in stat


def kill(pid: int) -> None:
    """Kill a process that is not our child, until it is gone."""
    os.kill(pid, 9)
    while alive(pid):
        time.sleep(0.01)
