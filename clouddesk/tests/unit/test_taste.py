"""The taste of the house, measured on the code without its tests."""

import ast
import pathlib
import re
import statistics
import tomllib

from oslotest import base

import clouddesk

ROOT = pathlib.Path(clouddesk.__file__).parent

#: Lines; the numbers come from the best kept services of OpenStack.
MEDIAN_FUNCTION = 10
NINE_OF_TEN_FUNCTIONS = 32
LONGEST_FILE = 500
LONGEST_MANAGER = 200

#: Where mypy is told to be quiet; may only become less.
TYPES_IGNORED = 4

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _code() -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for path in ROOT.rglob('*.py')
        if 'tests' not in path.relative_to(ROOT).parts
    }


def _functions(source: str) -> list[int]:
    return [
        node.end_lineno - node.lineno + 1
        for node in ast.walk(ast.parse(source))
        if isinstance(node, _FUNCTIONS)
    ]


class TasteTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.code = _code()

    def assertNoneLonger(self, limit, sources):
        lengths = {name: text.count('\n') for name, text in sources.items()}
        self.assertEqual(
            {}, {name: n for name, n in lengths.items() if n > limit}
        )

    def test_functions_are_short(self):
        lengths = [n for text in self.code.values() for n in _functions(text)]
        self.assertLessEqual(statistics.median(lengths), MEDIAN_FUNCTION)
        ninth = statistics.quantiles(lengths, n=10)[-1]
        self.assertLessEqual(ninth, NINE_OF_TEN_FUNCTIONS)

    def test_files_are_short(self):
        self.assertNoneLonger(LONGEST_FILE, self.code)

    def test_managers_are_shorter(self):
        self.assertNoneLonger(
            LONGEST_MANAGER,
            {
                name: text
                for name, text in self.code.items()
                if name.endswith('manager.py')
            },
        )

    def test_a_module_says_what_it_is_for(self):
        # The modules of the SDK look like those of openstacksdk.
        silent = [
            name
            for name, text in self.code.items()
            if text.strip()
            and not name.startswith('sdk/')
            and not ast.get_docstring(ast.parse(text))
        ]
        self.assertEqual([], silent)

    def test_types_are_checked_everywhere(self):
        """The list of modules that mypy passes over stays empty."""
        path = ROOT.parent / 'pyproject.toml'
        if not path.exists():
            self.skipTest('the configuration is only in the source')
        mypy = tomllib.loads(path.read_text())['tool']['mypy']
        (milder,) = mypy['overrides']
        self.assertEqual('clouddesk.tests.*', milder['module'])
        self.assertNotIn('ignore_errors', mypy | milder)
        self.assertNotIn('attr-defined', milder['disable_error_code'])
        self.assertEqual('clouddesk/tests/unit/', mypy['exclude'])

    def test_types_are_ignored_for_a_reason(self):
        """Each place names the error that it excuses."""
        said = [
            (name, each)
            for name, text in self.code.items()
            for each in re.findall(r'# type: ignore\S*', text)
        ]
        self.assertLessEqual(len(said), TYPES_IGNORED, said)
        self.assertEqual([], [s for s in said if s[1].endswith('ignore')])

    def test_there_is_no_drawer_for_everything(self):
        drawers = [
            name
            for name in self.code
            if pathlib.PurePath(name).stem
            in ('utils', 'util', 'helpers', 'misc')
        ]
        self.assertEqual([], drawers)
