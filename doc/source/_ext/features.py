"""``.. features::``: rows of features and the tests that name them.

The content is one ``ROW: text`` for each line. A test proves a row by naming
it, in its docstring or beside an assertion; the table finds it there, so that
it tells what is proved and not what somebody once wrote down.
"""

import ast
import pathlib
import re

from docutils import nodes
import house
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

import clouddesk

LOG = logging.getLogger(__name__)

TESTS = pathlib.Path(clouddesk.__file__).parent / 'tests'

#: Best proof first.
KINDS = ('cloud', 'functional', 'unit')
#: Tests that one row shows.
SHOWN = 3

_ROW = re.compile(r'\b[HIMSTV][1-9]\d?\b')
_SCOPES = (ast.ClassDef, ast.FunctionDef)


def proofs():
    """The tests by the row that they name.

    :returns: ``{row: ['cloud/test_pool.py: PoolTest.test_life', …]}``
    """
    found = {}
    for kind in KINDS:
        for path in sorted((TESTS / kind).rglob('test_*.py')):
            text = path.read_text()
            for number, line in enumerate(text.splitlines(), 1):
                for row in _ROW.findall(line):
                    place = '%s: %s' % (
                        path.relative_to(TESTS),
                        _scope(ast.parse(text), number),
                    )
                    names = found.setdefault(row, [])
                    if place not in names:
                        names.append(place)
    return found


def _scope(tree, line):
    """The class and function that a line stands in."""
    names = []
    while True:
        inner = [
            node
            for node in getattr(tree, 'body', [])
            if isinstance(node, _SCOPES)
            and node.lineno <= line <= node.end_lineno
        ]
        if not inner:
            return '.'.join(names) or 'all'
        tree = inner[0]
        names.append(tree.name)


class Features(SphinxDirective):
    has_content = True

    def run(self):
        found = proofs()
        features = dict(line.split(': ', 1) for line in self.content)
        for row in sorted(features.keys() ^ found.keys()):
            LOG.warning(
                '%s: only among the %s',
                *(row, 'features' if row in features else 'tests'),
                location=self.get_location(),
            )
        rows = [
            (row, text, _proof(found.get(row, [])))
            for row, text in features.items()
        ]
        head = ('Row', 'Feature', 'Proved by')
        return [house.table(head, rows, (6, 34, 60))]


def _proof(places):
    shown = nodes.inline()
    for place in places[:SHOWN]:
        shown += nodes.literal(text=place)
        shown += nodes.Text(' ')
    if len(places) > SHOWN:
        shown += nodes.Text('and %d more' % (len(places) - SHOWN))
    return shown


def setup(app):
    app.add_directive('features', Features)
    return {'parallel_read_safe': True, 'version': '1'}
