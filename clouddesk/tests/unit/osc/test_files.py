import os
import stat

import fixtures
from oslotest import base

from clouddesk.osc import files


class WrittenTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.path = self.useFixture(fixtures.TempDir()).join('saved')
        self.addCleanup(os.umask, os.umask(0o027))

    def write(self):
        with files.written(self.path) as output:
            output.write(b'new')
        return stat.S_IMODE(os.stat(self.path).st_mode)

    def test_new_files_are_like_other_new_files(self):
        self.assertEqual(0o640, self.write())

    def test_files_stay_as_readable_as_they_were(self):
        with open(self.path, 'wb'):
            os.chmod(self.path, 0o604)
        self.assertEqual(0o604, self.write())
