"""Images come in, on a real Glance."""

import hashlib
import http.server
import json
import os
import signal
import socketserver
import subprocess
import sys
import threading

import fixtures

from clouddesk.tests.cloud import base
from clouddesk.tests.fixtures import disks

MIB = 1 << 20
#: Address of this machine that Glance may fetch from, where images are served
#: on port 80: neither loopback nor link-local.
MIRROR = base.setting('MIRROR', '')


class ImageImportTest(base.CloudTest):
    conductor = False

    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir())
        self.glance = self.connection.image

    def file(self, data, name='disk'):
        path = self.folder.join(name)
        with open(path, 'wb') as file:
            file.write(data)
        return path

    def name(self):
        name = super().name()
        self.addCleanup(self._forget, name)
        return name

    def _forget(self, name):
        for image in self.found(name):
            self.glance.delete_image(image.id)

    def found(self, name):
        return list(self.glance.images(name=name))

    def create(self, *words, **kwargs):
        name = self.name()
        done = self.openstack(
            'image', 'create', name, *words, '-f', 'json', **kwargs
        )
        return name, done

    def made(self, *words):
        _name, done = self.create(*words)
        return json.loads(done.stdout)

    def refused(self, said, *words):
        """A command that makes nothing, and what it says."""
        name, done = self.create(*words, code=1)
        self.assertIn(said, done.stderr)
        self.assertEqual([], self.found(name))


class UploadTest(ImageImportTest):
    def test_upload_and_save(self):
        """T2, T3, T5: there and back, byte for byte."""
        data = disks.raw(3 * MIB + 5)
        image = self.made(
            '--file', self.file(data), '--private', '--kind', 'data'
        )
        self.assertEqual('active', image['status'])
        self.assertEqual(
            ('raw', 'data'), (image['disk_format'], image['kind'])
        )
        self.assertEqual(
            hashlib.sha512(data).hexdigest(), image['checksum']['value']
        )
        target = self.folder.join('saved')
        self.openstack('image', 'save', image['id'], '--file', target)
        with open(target, 'rb') as file:
            self.assertEqual(data, file.read())

    def test_what_is_dangerous(self):
        """T12: before anything is made."""
        for data, said in (
            (disks.qcow2(backing=b'/etc/shadow'), 'backing file'),
            (disks.qcow2(data_file=True), 'another file'),
            (disks.vmdk('monolithicFlat'), 'VMDK'),
        ):
            self.refused(said, '--file', self.file(data))
        path = self.file(disks.qcow2())
        self.refused('is qcow2', '--file', path, '--disk-format', 'raw')

    def test_the_check_of_the_server(self):
        """T12: of what came past our client."""
        name = self.name()
        image = self.glance.create_image(
            name,
            data=disks.qcow2(),
            disk_format='raw',
            container_format='bare',
            visibility='private',
        )
        found = self.proxy.check_image(image.id)
        self.assertEqual('refused', found['status'], found)
        self.assertEqual('format_mismatch', found['problems'][0]['code'])
        self.assertIs(True, found['deactivated'])
        self.assertEqual('deactivated', self.glance.get_image(image.id).status)

    def test_conversion(self):
        """T12, M7: Glance converts what it imports."""
        path = self.folder.join('disk.raw')
        with open(path, 'wb') as file:
            file.write(disks.partitioned())
            file.truncate(8 * MIB)
        image = self.made('--file', path, '--import', '--private')
        self.assertEqual('active', image['status'])
        self.assertIn(image['disk_format'], ('qcow2', 'raw'))

    def test_ctrl_c(self):
        """M7: in the middle of an upload; nothing is left."""
        path = self.folder.join('large')
        with open(path, 'wb') as file:
            file.truncate(4096 * MIB)
        name = self.name()
        running = subprocess.Popen(
            [sys.executable, '-m', 'openstackclient.shell']
            + ['--os-cloud', base.MEMBER, 'desktop', 'image', 'create']
            + [name, '--file', path, '--private', '--disk-format', 'raw'],
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(running.kill)
        self.until(
            lambda: any(each.status == 'saving' for each in self.found(name)),
            'the upload',
        )
        running.send_signal(signal.SIGINT)
        _out, err = running.communicate(timeout=base.PATIENCE)
        self.assertEqual(130, running.returncode, err)
        self.assertIn('nothing is left', err)
        self.assertEqual([], self.found(name))


class _Mirror(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class WebDownloadTest(ImageImportTest):
    def test_a_source_that_is_refused(self):
        """T3: nothing is made."""
        for host in ('127.0.0.1', '169.254.169.254', '[::1]', '0x7f.1'):
            self.refused(
                'uri:',
                '--uri',
                'http://%s/latest/meta-data/' % host,
                '--disk-format',
                'raw',
            )

    def test_web_download(self):
        """T3, M7: from a mirror that the operator allows."""
        if not MIRROR:
            self.skipTest(
                'CLOUDDESK_TEST_MIRROR names no address that Glance may '
                'fetch from'
            )
        # Real enough for qemu-img, which converts it.
        data = disks.partitioned().ljust(8 * MIB, b'\0')
        self.file(data, 'win11.raw')
        try:
            server = socketserver.ThreadingTCPServer(
                (MIRROR, 80),
                lambda *args: _Mirror(*args, directory=self.folder.path),
            )
        except PermissionError:
            self.skipTest('Glance fetches from port 80, which is not ours')
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        uri = 'http://%s/win11.raw' % MIRROR
        image = self.made(
            '--import-method', 'web-download', '--uri', uri, '--private',
            '--disk-format', 'raw',
        )  # fmt: skip
        self.assertEqual('active', image['status'])
        self.assertEqual('import', image['origin'])
        self.refused(
            'Glance could not import it',
            '--uri',
            uri + '.gone',
            '--disk-format',
            'raw',
        )


class SeedTest(ImageImportTest):
    def test_a_list(self):
        """M6: twice, without doubles."""
        name = self.name()
        path = self.file(disks.qcow2())
        entry = {
            'name': name,
            'file': path,
            'sha256': hashlib.sha256(disks.qcow2()).hexdigest(),
            'visibility': 'private',
        }
        listed = self.file(json.dumps([entry]).encode(), 'list.yaml')
        for said in ('made', 'unchanged'):
            done = subprocess.run(
                [sys.executable, '-c', _MANAGE, 'images', 'seed']
                + ['--os-cloud', base.MEMBER, listed],
                capture_output=True,
                text=True,
                env=os.environ,
            )
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertIn(said, done.stdout)
        self.assertEqual(1, len(self.found(name)))


_MANAGE = 'import sys; from clouddesk.cmd import manage; sys.exit(' \
          'manage.main())'  # fmt: skip
