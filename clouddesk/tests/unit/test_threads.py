import subprocess
import sys

import ddt
from oslotest import base


@ddt.ddt
class ImportTest(base.BaseTestCase):
    @ddt.data('clouddesk.api.controllers.v1', 'clouddesk.conductor.rpcapi')
    def test_each_may_be_the_first(self, module):
        program = (
            'import sys; import %s; from oslo_service import backend; '
            'sys.exit(backend._cached_backend_type.value)'
        ) % module
        ended = subprocess.run(
            [sys.executable, '-c', program],
            check=False,
            capture_output=True,
            text=True,
        )
        self.assertEqual('threading', ended.stderr.splitlines()[-1])
