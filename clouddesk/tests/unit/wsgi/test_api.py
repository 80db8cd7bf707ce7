import os
import pathlib
import subprocess
import sys

import fixtures
from oslotest import base

PROGRAM = """
import sys
from clouddesk.wsgi import api
from clouddesk.conf import CONF
from oslo_service import backend
import threading
assert callable(api.application)
assert threading.active_count() == 1, threading.enumerate()
assert backend.get_backend_type() is backend.BackendType.THREADING
print(CONF.api.max_limit, CONF.pool.max_size)
"""


class ApplicationTest(base.BaseTestCase):
    """The module in a process of its own, as a WSGI server loads it."""

    def load(self, **environ):
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', PROGRAM],
            env=os.environ | environ,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout.split()[-2:]

    def test_without_files_and_without_anything_to_connect_to(self):
        self.assertEqual(['1000', '500'], self.load())

    def test_several_files_the_last_one_wins(self):
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        files = [folder / 'one.conf', folder / 'two.conf']
        files[0].write_text(
            '[api]\nmax_limit = 7\n[pool]\nmax_size = 8\n'
            '[database]\nconnection = mysql+pymysql://nobody@192.0.2.1/x\n'
        )
        files[1].write_text('[pool]\nmax_size = 9\n')
        paths = ';'.join(str(path) for path in files)
        self.assertEqual(
            ['7', '9'], self.load(OS_CLOUDDESK_CONFIG_FILES=paths)
        )
