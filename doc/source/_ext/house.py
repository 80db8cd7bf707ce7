"""Tables that are read from the code, so that they cannot be out of date.

``.. error-codes::``, ``.. work-order-steps::`` and ``.. desktop-actions::``.
"""

import re

from docutils import nodes
from docutils.parsers.rst import Directive

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.api import body  # noqa: F401, defines an error
from clouddesk.api import microversion  # noqa: F401, defines an error

#: What a message fills in.
_FIELD = re.compile(r'%\((\w+)\)s')


def table(head, rows, widths):
    """A docutils table; a cell is a text or a node."""
    group = nodes.tgroup(cols=len(head))
    group += [nodes.colspec(colwidth=width) for width in widths]
    group += nodes.thead('', _row(head))
    group += nodes.tbody('', *(_row(cells) for cells in rows))
    return nodes.table('', group, classes=['colwidths-given'])


def code(text):
    return nodes.literal(text=text)


def _row(cells):
    return nodes.row('', *(_entry(cell) for cell in cells))


def _entry(cell):
    inline = nodes.Text(cell) if isinstance(cell, str) else cell
    return nodes.entry('', nodes.paragraph('', '', inline))


def _subclasses(cls):
    yield cls
    for child in cls.__subclasses__():
        yield from _subclasses(child)


class ErrorCodes(Directive):
    def run(self):
        found = {
            (cls.status, cls.code): _FIELD.sub(r'<\1>', str(cls.message))
            for cls in _subclasses(exceptions.ClouddeskError)
        }
        rows = [
            (str(status), code(name), message)
            for (status, name), message in sorted(found.items())
        ]
        return [table(('Status', 'Code', 'Message'), rows, (8, 24, 60))]


class WorkOrderSteps(Directive):
    def run(self):
        rows = [
            (code(kind), inputs.get('direction', ''), ' → '.join(steps))
            for kind in sorted(flows.KINDS)
            for inputs in _variants(kind)
            for steps in [flows.steps_for(kind, inputs)]
        ]
        return [table(('Kind', 'Direction', 'Steps'), rows, (20, 12, 50))]


def _variants(kind):
    if kind != flows.POOL_RESIZE:
        return [{}]
    return [{'direction': flows.GROW}, {'direction': flows.SHRINK}]


class DesktopActions(Directive):
    def run(self):
        rows = [
            (
                code(action),
                ', '.join(allowed),
                states.ACTION_TO.get(action, 'unchanged'),
            )
            for action, allowed in sorted(states.ACTION_FROM.items())
        ]
        return [
            table(('Action', 'Allowed in', 'Meanwhile'), rows, (15, 40, 20))
        ]


def setup(app):
    app.add_directive('error-codes', ErrorCodes)
    app.add_directive('work-order-steps', WorkOrderSteps)
    app.add_directive('desktop-actions', DesktopActions)
    return {'parallel_read_safe': True, 'version': '1'}
