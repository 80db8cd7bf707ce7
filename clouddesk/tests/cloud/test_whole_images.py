"""Machines with data disks, and images of all of their disks."""

import hashlib
import pathlib

import fixtures

from clouddesk.tests.cloud import base
from clouddesk.tests.cloud import test_image_builds

MANAGER = test_image_builds.MANAGER
#: Bytes of the disk that data images begin with.
_SIZE = 1 << 20
_MARK = 64


class WholeImageTest(test_image_builds.Guests):
    def setUp(self):
        super().setUp()
        self.desk = self.connect(MANAGER).desktop
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def data_image(self):
        """An image of kind data, and what it begins with."""
        name = self.name()
        mark = hashlib.sha256(name.encode()).hexdigest().encode()
        path = self.folder / name
        path.write_bytes(mark.ljust(_SIZE, b'\0'))
        self.addCleanup(self.forget, name)
        self.openstack(
            *('image', 'create', name, '--file', str(path)),
            *('--disk-format', 'raw', '--kind', 'data'),
        )
        image = self.desk.find_image(name, ignore_missing=False)
        return image.id, mark.decode()

    def forget(self, name):
        """The images of this name, and their parts."""
        for build in self.desk.image_builds(name=name):
            self.desk.delete_image_build(build.id)
        for image in list(self.connection.image.images()):
            if image.name == name or (image.name or '').startswith(name + ' '):
                self.connection.image.delete_image(image)

    def begins(self, desktop_id, device):
        """The first bytes of a disk, as the guest reads them."""
        command = 'dd if=%s bs=%d count=1 2>/dev/null; echo' % (device, _MARK)
        return self.say(desktop_id, command)

    def test_disk_of_the_hypervisor(self):
        """M2, M9, M20: the data of one are read on another."""
        self.assertCarried()

    def test_disk_in_cinder(self):
        """M2, M9, M20, H2: the same, beside a volume that is booted from."""
        self.assertCarried('--boot-from-volume', '1')

    def assertCarried(self, *options):
        image_id, mark = self.data_image()
        name = self.name()
        self.openstack(
            *('create', name, *base.SPEC, *options),
            *('--data-image', image_id),
            *('--floating-network', base.EXTERNAL, '--wait'),
        )
        first = self.proxy.find_desktop(name, ignore_missing=False)
        (volume_id,) = first.data_volumes
        self.assertIn(mark, self.begins(first.id, '/dev/vdb'))
        written = hashlib.sha256(mark.encode()).hexdigest()
        self.say(first.id, 'echo %s >/dev/vdb; sync' % written)
        self.assertIn(written, self.begins(first.id, '/dev/vdb'))
        self.openstack('stop', name, '--wait')
        whole = self.name()
        self.addCleanup(self.forget, whole)
        self.openstack(
            *('image', 'capture', name, '--whole', '--name', whole, '--wait'),
            cloud=MANAGER,
        )
        found = self.desk.find_image(whole, ignore_missing=False)
        self.assertEqual('whole', found.kind)
        (part,) = found.data_images
        self.assertSaved(part)
        self.assertSaved(found.id)
        other = self.name()
        spec = ('--image', whole, *base.SPEC[2:])
        self.openstack(
            *('create', other, *spec, *options),
            *('--floating-network', base.EXTERNAL, '--wait'),
        )
        second = self.proxy.find_desktop(other, ignore_missing=False)
        self.assertEqual([part], second.data_images)
        self.assertNotEqual([volume_id], second.data_volumes)
        self.assertIn(written, self.begins(second.id, '/dev/vdb'))
        refused = self.openstack(
            *('image', 'delete', part, '--yes', '--wait'),
            cloud=MANAGER,
            code=1,
        )
        self.assertIn(whole, refused.stdout + refused.stderr)

    def test_from_a_backup(self):
        """M9, M21: gone with its disks, and made again from their backups."""
        image_id, mark = self.data_image()
        name = self.name()
        self.openstack(
            *('create', name, *base.SPEC, '--boot-from-volume', '1'),
            *('--data-image', image_id),
            *('--floating-network', base.EXTERNAL, '--wait'),
        )
        first = self.proxy.find_desktop(name, ignore_missing=False)
        written = hashlib.sha256(mark.encode()).hexdigest()
        self.say(first.id, 'echo %s >/dev/vdb; sync' % written)
        self.openstack('stop', name, '--wait')
        backups = [
            self.backup(volume_id)
            for volume_id in (first.volume_id, *first.data_volumes)
        ]
        self.openstack('delete', name, '--yes', '--wait')
        self.assertNothingLeft([first.id])
        whole = self.name()
        self.addCleanup(self.forget, whole)
        for place, kind in enumerate(('whole', 'data')):
            volume = self.restored(backups[place])
            self.openstack(
                *('image', 'create', whole + (' 1' if place else '')),
                *('--volume', volume.id, '--kind', kind),
                cloud=MANAGER,
            )
            self.connection.block_storage.delete_volume(volume)
        self.openstack(
            *('image', 'set', whole, '--data-image', whole + ' 1'),
            cloud=MANAGER,
        )
        other = self.name()
        self.openstack(
            *('create', other, '--image', whole, *base.SPEC[2:]),
            *('--floating-network', base.EXTERNAL, '--wait'),
        )
        second = self.proxy.find_desktop(other, ignore_missing=False)
        self.assertIn(written, self.begins(second.id, '/dev/vdb'))

    def backup(self, volume_id):
        """Of a volume that is attached."""
        cinder = self.connection.block_storage
        made = cinder.create_backup(
            volume_id=volume_id, name=self.name(), force=True
        )
        self.addCleanup(cinder.delete_backup, made)
        return cinder.wait_for_status(
            made, 'available', failures=['error'], wait=base.PATIENCE
        )

    def restored(self, backup):
        """A new volume of it."""
        cinder = self.connection.block_storage
        made = cinder.restore_backup(backup, name=backup.name)
        volume = cinder.get_volume(made.volume_id)
        self.addCleanup(cinder.delete_volume, volume)
        return cinder.wait_for_status(
            volume,
            'available',
            failures=['error', 'error_restoring'],
            wait=base.PATIENCE,
        )

    def assertSaved(self, image_id):
        """H2: bytes that can be saved."""
        path = self.folder / image_id
        image = self.connection.image.get_image(image_id)
        self.connection.image.download_image(image, output=str(path))
        self.assertGreater(image.size, 0)
        self.assertEqual(image.size, path.stat().st_size)
