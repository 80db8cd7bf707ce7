"""Images come in: commands, API and Glance together."""

import hashlib
import io
import os
import shlex
import signal
import subprocess
import sys

import fixtures
from openstackclient import shell
from osc_lib import clientmanager
from oslo_config import fixture as config_fixture

from clouddesk.conf import CONF
from clouddesk.osc import image_transfer
from clouddesk.tests.fixtures import disks
from clouddesk.tests.functional import base

URI = 'http://93.184.215.14/win11.qcow2?signature=hunter2'
MIB = 1 << 20


class ImportTestCase(base.FunctionalTestCase):
    conductor = False

    def setUp(self):
        super().setUp()
        self.glance = self.cloud.glance
        self.folder = self.useFixture(fixtures.TempDir())
        self.file('clouds.yaml', self.clouds().encode())
        for name, value in self.environment().items():
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        self.useFixture(
            fixtures.MonkeyPatch('clouddesk.osc.image_filling.INTERVAL', 0.01)
        )
        self.before = set(self.glance.images)

    def clouds(self):
        return self.school.clouds(
            desktop_endpoint_override=self.service.url + '/v1'
        )

    def environment(self):
        return {
            'OS_CLIENT_CONFIG_FILE': self.folder.join('clouds.yaml'),
            'OS_CLOUD': 'school',
        }

    def file(self, name, data):
        path = self.folder.join(name)
        with open(path, 'wb') as file:
            file.write(data)
        return path

    def openstack(self, line, code=0):
        """What a command prints, and what it says."""
        _forget_clients()
        out, err = io.StringIO(), io.StringIO()
        with (
            fixtures.MonkeyPatch('sys.stdin', io.StringIO()),
            fixtures.MonkeyPatch('sys.stdout', out),
            fixtures.MonkeyPatch('sys.stderr', err),
        ):
            found = shell.main(shlex.split('desktop image ' + line))
        self.assertEqual(code, found, err.getvalue())
        return out.getvalue(), err.getvalue()

    def create(self, rest, code=0):
        return self.openstack('create win11 -f value -c id ' + rest, code)

    def made(self, rest):
        """What Glance has of an image that a command makes."""
        image_id = self.create(rest)[0].strip()
        return self.glance.images[image_id]

    def assert_nothing_left(self):
        self.assertEqual(self.before, set(self.glance.images))


class UploadTest(ImportTestCase):
    def test_upload(self):
        """T2, T3: the format is found, the options are those of openstack."""
        path = self.file('any.name', disks.qcow2())
        image = self.made(
            '--file %s --min-ram 1024 --min-disk 2 --private --protected '
            '--tag lab --tag exam --property hw_firmware_type=uefi '
            '--note "Room 12" --kind data --min-vcpus 2 --max-ram 4096' % path
        )
        self.assertEqual('active', image['status'])
        self.assertEqual('qcow2', image['disk_format'])
        self.assertEqual('bare', image['container_format'])
        self.assertEqual(disks.qcow2(), self.glance.data[image['id']])
        self.assertEqual(['exam', 'lab'], sorted(image['tags']))
        self.assertEqual((1024, 2), (image['min_ram'], image['min_disk']))
        self.assertEqual('private', image['visibility'])
        self.assertIs(True, image['protected'])
        self.assertEqual('uefi', image['hw_firmware_type'])
        self.assertEqual('Room 12', image['description'])
        self.assertEqual('data', image['clouddesk_kind'])
        self.assertEqual('upload', image['clouddesk_origin'])

    def test_it_was_looked_at(self):
        """T12: on the server, too, after the bytes came."""
        path = self.file('a', disks.qcow2())
        image = self.made('--file %s' % path)
        shown = self.api.get('/images/' + image['id'])
        self.assertIsNone(shown['fault'])
        ranges = [
            call
            for call in self.cloud.calls('image')
            if call.method == 'GET' and call.path.endswith('/file')
        ]
        self.assertEqual([206], [call.status for call in ranges])

    def test_a_raw_disk(self):
        """M7: also one with partitions."""
        path = self.file('a', disks.partitioned())
        self.assertEqual('raw', self.made('--file %s' % path)['disk_format'])

    def test_what_is_not_what_it_is_called(self):
        """T12: refused before anything is made."""
        path = self.file('a.raw', disks.qcow2())
        _out, err = self.create('--file %s --disk-format raw' % path, 1)
        self.assertIn('it is qcow2, not raw', err)
        self.assert_nothing_left()

    def test_what_is_dangerous(self):
        """T12: files that lead to files of a host."""
        for data, why in (
            (disks.qcow2(backing=b'/etc/shadow'), 'backing file'),
            (disks.qcow2(data_file=True), 'another file'),
            (disks.vmdk('monolithicFlat'), 'VMDK'),
            (disks.qed(), 'nobody uses'),
            (b'', 'no bytes'),
        ):
            path = self.file('a', data)
            _out, err = self.create('--file %s' % path, 1)
            self.assertIn(why, err)
        self.assert_nothing_left()

    def test_there_is_no_such_file(self):
        _out, err = self.create('--file /nowhere/a', 1)
        self.assertIn('/nowhere/a cannot be read', err)
        self.assert_nothing_left()

    def test_checksum(self):
        """T3: of what was downloaded from somewhere."""
        path = self.file('a', disks.qcow2())
        good = hashlib.sha256(disks.qcow2()).hexdigest()
        _out, err = self.create(
            '--file %s --checksum %s' % (path, good[::-1]), 1
        )
        self.assertIn('Nothing was made', err)
        self.assert_nothing_left()
        self.made('--file %s --checksum sha256:%s' % (path, good))

    def test_quota_is_known_before(self):
        """H17: not after the last byte."""
        self.glance.limits = {
            'image_size_total': 3,
            'image_count_total': 10,
        }
        path = self.file('a', disks.raw(4 * MIB))
        _out, err = self.create('--file %s' % path, 1)
        self.assertIn('image_size_total', err)
        self.assert_nothing_left()
        self.assertEqual(
            [], [c for c in self.cloud.calls('image') if c.method == 'PUT']
        )

    def test_quota_in_the_middle(self):
        """M7: somebody else took the room meanwhile; nothing is left."""
        path = self.file('a', disks.raw(4 * MIB))
        config = self.useFixture(config_fixture.Config(CONF))
        config.config(group='quota', preflight=False)
        self.glance.limits = {'image_size_total': 3}
        _out, err = self.create('--file %s' % path, 1)
        self.assertIn('413', err)
        self.assertIn('nothing is left', err)
        self.assert_nothing_left()

    def test_the_store_is_full(self):
        """M7: told, and tidied up; a second try is possible."""
        path = self.file('a', disks.raw(4 * MIB))
        self.glance.room = 3
        _out, err = self.create('--file %s' % path, 1)
        self.assertIn('storage media is full', err)
        self.assert_nothing_left()
        self.glance.room = None
        self.made('--file %s' % path)

    def test_glance_hangs_up(self):
        path = self.file('a', disks.raw(MIB))
        self.cloud.fault('image', method='PUT', drop='before')
        _out, err = self.create('--file %s' % path, 1)
        self.assertIn('Glance hung up', err)
        self.assert_nothing_left()

    def test_what_arrives_is_something_else(self):
        """M7: the checksum that Glance computed is compared."""
        path = self.file('a', disks.raw(MIB))
        put = self.glance.put_data

        def spoilt(image_id, data):
            put(image_id, data[:-1] + b'x')

        self.glance.put_data = spoilt
        _out, err = self.create('--file %s' % path, 1)
        self.assertIn('is not what was sent', err)
        self.assert_nothing_left()

    def test_another_algorithm(self):
        path = self.file('a', disks.qcow2())
        put = self.glance.put_data

        def hashed(image_id, data):
            put(image_id, data)
            self.glance.images[image_id] |= {
                'os_hash_algo': 'sha256',
                'os_hash_value': hashlib.sha256(data).hexdigest(),
            }

        self.glance.put_data = hashed
        self.made('--file %s' % path)

    def test_it_cannot_be_tidied_up(self):
        """M7: what is left is told, and how to remove it."""
        path = self.file('a', disks.raw(4 * MIB))
        self.glance.room = 3
        self.cloud.fault('image', method='DELETE', status=503)
        _out, err = self.create('--file %s' % path, 1)
        (left,) = set(self.glance.images) - self.before
        self.assertIn('openstack image delete ' + left, err)

    def test_the_server_refuses_it_afterwards(self):
        """T12: whoever changes the bytes on the way gains nothing."""
        path = self.file('a', disks.qcow2())
        upload = image_transfer.Transfer.upload

        def swapped(transfer, image_id, *rest):
            digest = upload(transfer, image_id, *rest)
            self.glance.data[image_id] = disks.qcow2(backing=b'/etc/shadow')
            return digest

        self.useFixture(
            fixtures.MonkeyPatch(
                'clouddesk.osc.image_transfer.Transfer.upload', swapped
            )
        )
        _out, err = self.create('--file %s' % path, 1)
        self.assertIn('backing file', err)
        self.assert_nothing_left()


class InterruptedTest(ImportTestCase):
    """In a process of its own, which is stopped in the middle."""

    def begin(self):
        """An upload that hangs; the process and the fault."""
        path = self.file('a', disks.raw(8 * MIB))
        fault = self.cloud.fault('image', method='PUT', hang=True)
        code = 'from openstackclient import shell; import sys; sys.exit(' \
               'shell.main(sys.argv[1:]))'  # fmt: skip
        running = subprocess.Popen(
            [sys.executable, '-c', code, 'desktop', 'image', 'create']
            + ['win11', '--file', path],
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {'PYTHONPATH': os.pathsep.join(sys.path)},
        )
        self.addCleanup(running.kill)
        self.addCleanup(fault.release)
        self.assertTrue(fault.reached.wait(60))
        return running, fault

    def test_ctrl_c(self):
        """M7: Ctrl-C leaves nothing, and says so."""
        running, fault = self.begin()
        running.send_signal(signal.SIGINT)
        _out, err = running.communicate(timeout=60)
        self.assertEqual(130, running.returncode, err)
        self.assertIn('nothing is left', err)
        self.assert_nothing_left()

    def test_sigterm(self):
        running, fault = self.begin()
        running.send_signal(signal.SIGTERM)
        _out, err = running.communicate(timeout=60)
        self.assertEqual(130, running.returncode, err)
        self.assert_nothing_left()

    def test_killed(self):
        """M7: nobody is there to tidy up; the image waits, and is filled."""
        running, fault = self.begin()
        (left,) = set(self.glance.images) - self.before
        running.kill()
        running.communicate(timeout=60)
        self.assertEqual('queued', self.glance.images[left]['status'])
        fault.drop = 'before'
        fault.release()
        path = self.file('b', disks.qcow2())
        self.glance.images[left]['disk_format'] = 'qcow2'
        self.openstack('import %s --file %s' % (left, path))
        self.assertEqual('active', self.glance.images[left]['status'])


class StageTest(ImportTestCase):
    def test_conversion(self):
        """T12, M7: Glance turns it into the format of the cloud."""
        self.glance.converts_to = 'qcow2'
        path = self.file('a.vmdk', disks.vmdk())
        image = self.made('--file %s --import' % path)
        self.assertEqual('qcow2', image['disk_format'])
        self.assertEqual('active', image['status'])

    def test_it_comes_to_nothing(self):
        """M7: what Glance says is told, and nothing is left."""
        path = self.file('a', disks.qcow2())
        stage = image_transfer.Transfer.stage

        def swapped(transfer, image_id, *rest):
            stage(transfer, image_id, *rest)
            self.glance.staged[image_id] = disks.raw(len(disks.qcow2()))

        self.useFixture(
            fixtures.MonkeyPatch(
                'clouddesk.osc.image_transfer.Transfer.stage', swapped
            )
        )
        _out, err = self.create(
            '--file %s --import-method glance-direct' % path, 1
        )
        self.assertIn('Glance could not import it', err)
        self.assert_nothing_left()

    def test_a_second_try(self):
        """M7: what was staged by one who was stopped is imported."""
        image_id, err = self.create('--disk-format qcow2')
        self.assertIn('image import', err)
        image_id = image_id.strip()
        self.glance.staged[image_id] = disks.qcow2()
        self.glance.images[image_id]['status'] = 'uploading'
        self.openstack('import ' + image_id)
        self.assertEqual('active', self.glance.images[image_id]['status'])


class WebDownloadTest(ImportTestCase):
    def test_web_download(self):
        """T3, M7: also by the options of old."""
        self.glance.sources[URI] = disks.qcow2()
        for option in (
            '--import-method web-download --uri',
            '--location',
            '--copy-from',
        ):
            image = self.made("%s '%s' --disk-format qcow2" % (option, URI))
            self.assertEqual('active', image['status'])
            self.assertEqual('import', image['clouddesk_origin'])

    def test_a_source_that_is_refused(self):
        """T3: nothing is made, and no secret is repeated."""
        _out, err = self.create(
            '--uri http://169.254.169.254/latest?token=hunter2 '
            '--disk-format raw',
            1,
        )
        self.assertIn('169.254.169.254 is not public', err)
        self.assertNotIn('hunter2', err)
        self.assert_nothing_left()

    def test_nobody_is_there(self):
        """M7: what Glance says is told, and nothing is left."""
        _out, err = self.create("--uri '%s' --disk-format qcow2" % URI, 1)
        self.assertIn('Exhausted allowed addresses', err)
        self.assert_nothing_left()

    def test_what_comes_is_something_else(self):
        """T12: whatever its owner called it."""
        self.glance.sources[URI] = disks.qcow2(backing=b'/etc/shadow')
        self.create("--uri '%s' --disk-format qcow2" % URI, 1)
        self.assert_nothing_left()

    def test_into_one_that_waits(self):
        image_id = self.create('--disk-format qcow2')[0].strip()
        self.openstack("import %s --uri '%s'" % (image_id, URI), 1)
        self.assertEqual('queued', self.glance.images[image_id]['status'])
        self.glance.sources[URI] = disks.qcow2()
        self.openstack("import %s --uri '%s'" % (image_id, URI))
        self.assertEqual('active', self.glance.images[image_id]['status'])


class SaveTest(ImportTestCase):
    def test_save(self):
        """T5: byte for byte."""
        path = self.file('a', disks.qcow2())
        image = self.made('--file %s' % path)
        target = self.folder.join('saved')
        self.openstack('save %s --file %s' % (image['id'], target))
        with open(target, 'rb') as file:
            self.assertEqual(disks.qcow2(), file.read())

    def test_something_else_comes(self):
        """T5: the checksum is compared, and the file of before stays."""
        path = self.file('a', disks.qcow2())
        image = self.made('--file %s' % path)
        self.glance.data[image['id']] = disks.qcow2(size=1)
        target = self.file('saved', b'before')
        _out, err = self.openstack(
            'save %s --file %s' % (image['id'], target), 1
        )
        self.assertIn('Corrupt image download', err)
        with open(target, 'rb') as file:
            self.assertEqual(b'before', file.read())

    def test_what_has_no_bytes(self):
        """T5, H2: an image that points to snapshots is not saved as empty."""
        image_id = self.glance.create_image(
            self.school.project_id, 'vol', size=0
        )
        _out, err = self.openstack('save ' + image_id, 1)
        self.assertIn('no bytes of its own', err)


class FollowTest(ImportTestCase):
    def test_ctrl_c_while_glance_imports(self):
        """M7: Glance goes on, and how to follow is told."""
        self.glance.settle = lambda: None
        self.useFixture(
            fixtures.MonkeyPatch(
                'clouddesk.osc.image_filling.time.sleep', _interrupt
            )
        )
        _out, err = self.create("--uri '%s' --disk-format qcow2" % URI, 130)
        self.assertIn('Glance goes on', err)
        self.assertEqual(1, len(set(self.glance.images) - self.before))


def _forget_clients():
    """The shell keeps the clients of the first cloud that it saw."""
    for each in vars(clientmanager.ClientManager).values():
        if isinstance(each, clientmanager.ClientCache):
            each._handle = None


def _interrupt(_seconds):
    raise KeyboardInterrupt
