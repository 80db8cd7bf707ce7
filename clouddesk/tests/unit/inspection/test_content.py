import io

import ddt
from oslotest import base

from clouddesk.inspection import content
from clouddesk.tests.fixtures import disks


def found(data):
    return content.of_file(io.BytesIO(data))


@ddt.ddt
class FoundTest(base.BaseTestCase):
    @ddt.data(
        ('qcow2', disks.qcow2(), disks.GIB),
        ('vmdk', disks.vmdk(), disks.GIB),
        (
            'vmdk',
            disks.vmdk('streamOptimized', footer=disks.vmdk_footer()),
            disks.GIB,
        ),
        ('vhd', disks.vhd(), disks.GIB),
        ('vdi', disks.vdi(), disks.GIB),
        ('iso', disks.iso(), 8 << 20),
        ('iso', disks.iso(bootable=True), 8 << 20),
        ('raw', disks.partitioned(), 1 << 18),
        ('raw', disks.partitioned(empty=True), 1 << 18),
        ('raw', disks.raw(), 1 << 18),
        ('raw', b'short', 5),
        ('luks', disks.luks(), None),
    )
    @ddt.unpack
    def test_the_format_is_in_the_content(self, name, data, virtual_size):
        """T12: whatever the name of a file says."""
        self.assertEqual(content.Found(name, virtual_size), found(data))

    @ddt.data(
        ('backing_file', disks.qcow2(backing=b'/etc/shadow')),
        ('data_file', disks.qcow2(data_file=True)),
        ('unknown_features', disks.qcow2(unknown=True)),
        ('unknown_features', disks.qcow2(version=1)),
        ('unsafe_vmdk', disks.vmdk('monolithicFlat')),
        ('unsafe_vmdk', disks.vmdk(extent='/etc/shadow')),
        ('unsafe_vmdk', disks.vmdk_text()),
        (
            'unsafe_vmdk',
            disks.vmdk('streamOptimized', footer=disks.vmdk_footer(9)),
        ),
        ('banned', disks.qed()),
        ('unsafe_luks', disks.luks(version=2)),
        ('empty', b''),
        # A text to one reader, who follows it; to another it is a disk.
        ('unreadable', b'# text\n' * 100 + b'\xff' * 4096),
        ('several_formats', disks.qcow2()[:510] + disks.partitioned()[510:]),
    )
    @ddt.unpack
    def test_what_is_dangerous_is_seen(self, code, data):
        """T12: files that lead to files of the host."""
        self.assertEqual((code,), found(data).problems)

    def test_the_middle_is_not_read(self):
        """T12: the header and the end suffice, of a terabyte, too."""
        head = disks.vmdk('streamOptimized', footer=b'')
        tail = disks.vmdk_footer(descriptor_at=9)
        size = 1 << 40
        asked = []

        def read(offset, length):
            asked.append((offset, length))
            end = offset + length == size
            yield tail[-length:] if end else head.ljust(1 << 18, b'\0')

        seen = content.inspect(read, size)
        self.assertEqual(('unsafe_vmdk',), seen.problems)
        self.assertEqual(
            [(0, content.HEAD), (size - content.TAIL, content.TAIL)], asked
        )

    def test_no_more_is_read_than_needed(self):
        pieces = iter([disks.qcow2(), b'\0' * (1 << 18), b'', b'never'])
        seen = content.inspect(lambda *_where: pieces, 1 << 40)
        self.assertEqual('qcow2', seen.format)
        self.assertEqual([b'', b'never'], list(pieces))

    def test_who_cannot_read_says_nothing_of_the_image(self):
        """T12: a Glance that is away makes no image dangerous."""

        def read(_offset, _length):
            yield disks.raw()[:512]
            raise OSError

        self.assertRaises(OSError, content.inspect, read, 1 << 40)

    def test_a_file_is_left_at_its_beginning(self):
        source = io.BytesIO(disks.qcow2())
        source.seek(99)
        content.of_file(source)
        self.assertEqual(0, source.tell())


@ddt.ddt
class JudgeTest(base.BaseTestCase):
    @ddt.data(
        ('qcow2', disks.qcow2()),
        ('raw', disks.partitioned()),
        ('raw', disks.raw()),
        ('aki', disks.raw()),
        ('iso', disks.iso(bootable=True)),
        (None, disks.vhd()),
    )
    @ddt.unpack
    def test_what_is_as_it_is_called(self, told, data):
        self.assertEqual((), content.judge(found(data), told, 'bare'))

    @ddt.data(
        ('raw', disks.qcow2()),
        ('qcow2', disks.raw()),
        ('qcow2', disks.vmdk()),
        ('raw', disks.iso()),
        ('aki', disks.qcow2()),
        ('raw', disks.luks()),
    )
    @ddt.unpack
    def test_what_is_called_something_else(self, told, data):
        """T12: a qcow2 that is called raw is read as qcow2 by somebody."""
        self.assertEqual(
            ('format_mismatch',), content.judge(found(data), told, 'bare')
        )

    def test_a_danger_is_told_before_a_mismatch(self):
        bad = found(disks.qcow2(backing=b'x'))
        self.assertEqual(('backing_file',), content.judge(bad, 'raw', 'bare'))

    def test_encrypted_volumes_are_called_raw(self):
        volume = found(disks.luks())
        self.assertEqual((), content.judge(volume, 'raw', 'bare', True))

    def test_archives_are_not_opened(self):
        self.assertEqual((), content.judge(found(disks.qed()), 'vmdk', 'ova'))
        self.assertEqual(('empty',), content.judge(found(b''), 'vmdk', 'ova'))

    def test_all_problems_are_known(self):
        self.assertEqual(
            set(),
            set(content._CODES.values()) - set(content.PROBLEMS),
        )
