"""Images made on builders, on a real OpenStack."""

import pathlib
import socket

import fixtures
from openstack import exceptions

from clouddesk.tests.cloud import base
from clouddesk.tests.fixtures import installer

MANAGER = base.setting('MANAGER_CLOUD', base.MEMBER + '-manager')
#: A TCP port on which desktops of the image give a shell to everybody.
SHELL = int(base.setting('SHELL_PORT', '23'))

_OUTSIDE = (*base.SPEC, '--floating-network', base.EXTERNAL)
#: What a telnet server says beside the text: IAC and two bytes.
_IAC = 255


class Guests(base.CloudTest):
    """Talks to desktops."""

    def address(self, desktop_id):
        desktop = self.proxy.get_desktop(desktop_id)
        return next(
            each['address']
            for each in desktop.addresses
            if each['type'] == 'floating'
        )

    def say(self, desktop_id, command):
        """What a command prints in the guest."""
        address = self.address(desktop_id)
        stream = self.until(lambda: _connected(address), 'the shell')
        with stream:
            # It drops what comes before its prompt.
            self.read(stream, '# ')
            line = "%s; echo E''ND\n" % command
            stream.sendall(line.encode())
            return self.read(stream, 'END')

    def read(self, stream, end):
        said = b''
        while end not in _plain(said):
            part = stream.recv(4096)
            if not part:
                self.fail('the guest hung up: %r' % said)
            said += part
        return _plain(said)


class ImageBuildTestCase(base.CloudTest):
    def setUp(self):
        super().setUp()
        self.desk = self.connect(MANAGER).desktop

    def begin(self, *options):
        """A build that can be configured."""
        name = self.name()
        self.addCleanup(self.remove, name)
        self.openstack(
            *('image', 'build', 'create', name, *options),
            '--wait',
            cloud=MANAGER,
        )
        return self.desk.find_image_build(name, ignore_missing=False)

    def remove(self, name):
        for build in self.desk.image_builds(name=name):
            if build.status in ('preparing', 'generating'):
                order = self.desk.cancel_image_build(build.id)
                self.finished(order.id)
            order = self.desk.delete_image_build(build.id)
            if order:
                self.finished(order.id)
        self.delete_images(name)

    def delete_images(self, name):
        for image in self.connection.image.images(name=name):
            self.connection.image.delete_image(image)

    def finish(self, build):
        """The image of a build."""
        self.openstack(
            'image', 'build', 'finish', build.id, '--wait', cloud=MANAGER
        )
        build = self.desk.get_image_build(build.id)
        self.assertEqual('activated', build.status)
        self.assertIsNone(build.desktop_id)
        return self.connection.image.get_image(build.image_id)

    def assertWhole(self, image):
        """H2: bytes that can be saved, and nothing of a server."""
        self.assertEqual('private', image.visibility)
        for name in ('block_device_mapping', 'bdm_v2', 'instance_uuid'):
            self.assertNotIn(name, image.properties)
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 'disk')
        self.connection.image.download_image(image, output=str(path))
        self.assertEqual(image.size, path.stat().st_size)

    def volumes(self):
        """Names of everything that Cinder has."""
        cinder = self.connection.block_storage
        things = (*cinder.volumes(), *cinder.snapshots())
        return sorted(each.name or each.id for each in things)


class ImageBuildTest(Guests, ImageBuildTestCase):
    def assertMarked(self, marker, *options):
        build = self.begin(*_OUTSIDE, *options)
        self.say(build.desktop_id, 'echo %s >/persist/marker; sync' % marker)
        image = self.finish(build)
        self.assertWhole(image)
        self.assertGreater(image.size, 1 << 20)
        self.assertEqual('build', image.properties['clouddesk_origin'])
        name = self.name()
        spec = ('--image', image.id, *_OUTSIDE[2:])
        self.openstack('pool', 'create', name, '--size', '3', *spec, '--wait')
        pool = self.proxy.find_pool(name)
        for desktop in self.proxy.desktops(pool_id=pool.id):
            said = self.say(desktop.id, 'cat /persist/marker')
            self.assertIn(marker, said.replace('echo', ''))

    def test_disk_of_the_hypervisor(self):
        """I8, I12, I13, T9: what was put in is in all that is made of it."""
        self.assertMarked('mark-' + self.name())

    def test_disk_in_cinder(self):
        """I12, S45, H2: the same, and no snapshot nor volume is left."""
        before = self.volumes()
        self.assertMarked('mark-' + self.name(), '--boot-from-volume', '1')
        self.assertEqual(before, self.volumes())

    def test_called_off(self):
        """I13: the builder stays, and nothing else."""
        build = self.begin(*_OUTSIDE, '--boot-from-volume', '1')
        before = self.volumes()
        order = self.desk.finish_image_build(build.id)
        # Not so late that there is an image already.
        self.until(lambda: self.volumes() != before, 'the snapshot', every=0.1)
        self.desk.cancel_image_build(build.id)
        order = self.finished(order.id)
        self.assertEqual('cancelled', order.status)
        self.assertEqual(before, self.volumes())
        images = list(self.connection.image.images(name=build.name))
        self.assertEqual([], images)
        build = self.desk.get_image_build(build.id)
        self.assertEqual('configurable', build.status)

    def test_of_a_running_desktop(self):
        """S3, V49: refused, with its state."""
        build = self.begin(*_OUTSIDE)
        refusal = self.assertRaises(
            exceptions.ConflictException,
            self.desk.create_desktop_image,
            build.desktop_id,
            'x',
        )
        self.assertIn('running', str(refusal))


class InstallerTest(ImageBuildTestCase):
    def told(self, desktop_id, text):
        """Wait until the first serial line of a desktop tells something."""
        server_id = self.proxy.get_desktop(desktop_id).server_id
        compute = self.connection.compute
        self.until(
            lambda: (
                text in compute.get_server_console_output(server_id)['output']
            ),
            text,
        )

    def test_from_an_installer(self):
        """T1, T13: the ISO image installs; what it installed boots."""
        marker = 'mark-' + self.name()
        name = self.name()
        path = self.useFixture(fixtures.TempDir()).join('installer.iso')
        pathlib.Path(path).write_bytes(installer.iso(marker))
        self.openstack(
            *('image', 'create', name, '--file', path),
            *('--disk-format', 'iso'),
        )
        self.addCleanup(self.delete_images, name)
        before = self.volumes()
        disk = (*base.SPEC[2:], '--boot-from-volume', '1')
        build = self.begin('--image', name, *disk)
        self.told(build.desktop_id, installer.INSTALLED)
        image = self.finish(build)
        self.assertEqual('iso', image.properties['clouddesk_origin'])
        self.assertWhole(image)
        self.assertEqual(before, self.volumes())
        name = self.name()
        spec = ('--image', image.id, *base.SPEC[2:])
        self.openstack('create', name, *spec, '--wait')
        self.told(self.proxy.find_desktop(name).id, marker)


def _connected(address):
    try:
        stream = socket.create_connection((address, SHELL), 5)
    except OSError:
        return None
    stream.settimeout(base.PATIENCE)
    return stream


def _plain(said):
    """The text of a telnet session."""
    plain, skip = bytearray(), 0
    for byte in said:
        if skip:
            skip -= 1
        elif byte == _IAC:
            skip = 2
        else:
            plain.append(byte)
    return plain.decode(errors='replace')
