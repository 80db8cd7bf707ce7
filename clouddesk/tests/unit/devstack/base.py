"""Access to the parts of devstack/allinone, which are no package."""

import importlib.util
import pathlib
import types

import fixtures
from oslotest import base

import clouddesk

TOP = pathlib.Path(clouddesk.__file__).parent.parent
PARTS = TOP / 'devstack' / 'allinone'


class TestCase(base.BaseTestCase):
    """A test with a home directory of its own."""

    def setUp(self) -> None:
        super().setUp()
        if not PARTS.is_dir():
            self.skipTest('an installed clouddesk has no devstack directory')
        self.home = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.setenv('AIO', str(self.home))

    def setenv(self, name: str, value: str) -> None:
        self.useFixture(fixtures.EnvironmentVariable(name, value))

    def secret(self, name: str, value: str) -> None:
        folder = self.home / 'secrets'
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(value)

    def part(self, name: str) -> types.ModuleType:
        """Load a Python part afresh, with the environment of this test."""
        spec = importlib.util.spec_from_file_location(
            name, PARTS / f'{name}.py'
        )
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
