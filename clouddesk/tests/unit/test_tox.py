"""The documented commands of tox are those that tox.ini knows."""

import configparser
import fnmatch
import pathlib
import re

from oslotest import base

import clouddesk

ROOT = pathlib.Path(clouddesk.__file__).parents[1]

_COMMAND = re.compile(r'((?:\b[A-Z_]+=\S+ )*)\btox -e ([\w-]+)')
#: What an environment leaves behind.
_FILE = re.compile(r'\.tox/([\w-]+)/tmp/(\w+)')


def _documented(pattern: re.Pattern[str]) -> set[tuple[str, str]]:
    pages = [*ROOT.glob('*.rst'), *ROOT.glob('doc/source/**/*.rst')]
    return {
        found for page in pages for found in pattern.findall(page.read_text())
    }


class ToxTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        path = ROOT / 'tox.ini'
        if not path.exists():
            self.skipTest('the environments are only in the source')
        self.tox = configparser.ConfigParser(interpolation=None)
        self.tox.read(path)

    def section(self, environment):
        named = 'testenv:' + environment
        # py3 and the like need none.
        if re.fullmatch(r'py[\d.]*', environment):
            named = 'testenv'
        self.assertIn(named, self.tox)
        return self.tox[named]

    def test_variables_reach_the_commands(self):
        for variables, environment in _documented(_COMMAND):
            passed = [
                *self.tox['testenv']['pass_env'].split(),
                *self.section(environment).get('pass_env', '').split(),
            ]
            for name in re.findall(r'(\w+)=', variables):
                self.assertTrue(
                    any(fnmatch.fnmatch(name, each) for each in passed),
                    '%s to %s' % (name, environment),
                )

    def test_files_are_written(self):
        found = _documented(_FILE)
        self.assertNotEqual(set(), found)
        for environment, file in found:
            self.assertIn(
                '={env_tmp_dir}{/}' + file,
                self.section(environment)['set_env'],
            )
