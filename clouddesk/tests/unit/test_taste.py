"""The taste of the house, measured on the code without its tests."""

import ast
import pathlib
import statistics

from oslotest import base

import clouddesk

ROOT = pathlib.Path(clouddesk.__file__).parent

#: Lines; the numbers come from the best kept services of OpenStack.
MEDIAN_FUNCTION = 10
NINE_OF_TEN_FUNCTIONS = 32
LONGEST_FILE = 500
LONGEST_MANAGER = 200

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

    def test_there_is_no_drawer_for_everything(self):
        drawers = [
            name
            for name in self.code
            if pathlib.PurePath(name).stem
            in ('utils', 'util', 'helpers', 'misc')
        ]
        self.assertEqual([], drawers)
