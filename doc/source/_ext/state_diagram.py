"""``.. state-diagram:: desktop``: a machine of clouddesk.states as a drawing.

States and ways come from the machine; only the places of the boxes are
written here. The drawing is plain SVG, made without any program beside
Sphinx, and is followed by the same ways as a table.
"""

from collections import defaultdict
import html
import math

from docutils import nodes
from docutils.parsers.rst import Directive
import house
from sphinx.util import logging

from clouddesk import states

LOG = logging.getLogger(__name__)

#: The places (column, row) of the states in each picture. A way is drawn in
#: the first picture that has both its ends.
LIFE = {
    states.REBOOTING: (2, 0),
    states.STARTING: (2, 1),
    states.BUILDING: (0, 2),
    states.RUNNING: (1, 2),
    states.OFF: (3, 2),
    states.STOPPING: (2, 3),
    states.MIGRATING: (2, 4),
}
ENDS = {
    states.STARTING: (0, 0),
    states.RUNNING: (2, 0),
    states.FAULT: (1, 1),
    states.DELETING: (3, 1),
    states.STOPPING: (0, 2),
    states.OFF: (2, 2),
    states.BUILDING: (1, 3),
}
ORDER = {
    states.PAUSED: (0, 0),
    states.CANCELLING: (2, 0),
    states.CANCELLED: (3, 0),
    states.QUEUED: (0, 1.5),
    states.WORKING: (1.2, 1.5),
    states.SUCCEEDED: (3, 1.5),
    states.FAILED: (2, 2.8),
}

COURSE = {
    states.COURSE_STARTING: (1.2, 0),
    states.COURSE_IDLE: (0, 1.5),
    states.COURSE_IN_SESSION: (2.4, 1.5),
    states.COURSE_ENDING: (1.2, 3),
}

IMAGE_BUILD = {
    states.BUILD_PREPARING: (0, 0),
    states.BUILD_CONFIGURABLE: (1.2, 0),
    states.BUILD_GENERATING: (2.6, 0),
    states.BUILD_ACTIVATED: (3.6, 1.2),
    states.BUILD_FAULT: (1.2, 2),
    states.BUILD_DISCARDING: (2.6, 2.6),
}

#: name: (machine, stable states, pictures)
DIAGRAMS = {
    'course': (
        states.course_machine,
        states.COURSE_STATUSES - states.COURSE_UNSTABLE,
        (COURSE,),
    ),
    'desktop': (
        states.desktop_machine,
        states.DESKTOP_STABLE,
        (LIFE, ENDS),
    ),
    'image-build': (
        states.build_machine,
        states.BUILD_STATUSES - states.BUILD_UNSTABLE,
        (IMAGE_BUILD,),
    ),
    'work-order': (
        states.order_machine,
        states.ORDER_FINISHED | {states.PAUSED},
        (ORDER,),
    ),
}

#: Pixels.
COLUMN, ROW, BOX, HEIGHT, EDGE = 230, 92, 104, 30, 20

STYLE = """
.sd-box { fill: #fff; stroke: #444; stroke-width: 1.2; }
.sd-unstable { stroke-dasharray: 5 3; }
.sd-stable { fill: #e3f0e3; }
.sd-way { fill: none; stroke: #777; stroke-width: 1.1; }
.sd-head { fill: #777; }
.sd-text { font: 13px sans-serif; fill: #111; text-anchor: middle; }
.sd-label { font: 11px sans-serif; fill: #333; text-anchor: middle;
            stroke: #fff; stroke-width: 4px; paint-order: stroke; }
"""

HEAD = (
    '<defs><marker id="sd-head" viewBox="0 0 8 8" refX="7" refY="4" '
    'markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
    '<path class="sd-head" d="M0 0 L8 4 L0 8 z"/></marker></defs>'
)


def ways(machine):
    """The events that lead from one state to another.

    :returns: ``{(from, to): [event, …]}``
    """
    found = defaultdict(list)
    for before, event, after in sorted(machine):
        found[before, after].append(event)
    return found


def centre(place):
    column, row = place
    return (
        EDGE + BOX / 2 + column * COLUMN,
        EDGE + HEIGHT / 2 + row * ROW,
    )


def border(start, toward):
    """Where the line from the middle of a box leaves the box."""
    dx, dy = toward[0] - start[0], toward[1] - start[1]
    reach = min(
        (BOX / 2 + 3) / abs(dx) if dx else math.inf,
        (HEIGHT / 2 + 3) / abs(dy) if dy else math.inf,
    )
    return start[0] + dx * reach, start[1] + dy * reach


def way(start, end, events):
    """A curve with an arrow head and the names of its events."""
    bend = max(0.13, 32 / math.dist(start, end))
    middle = (
        (start[0] + end[0]) / 2 - (end[1] - start[1]) * bend,
        (start[1] + end[1]) / 2 + (end[0] - start[0]) * bend,
    )
    a, b = border(start, middle), border(end, middle)
    at = [(a[i] + 2 * middle[i] + b[i]) / 4 for i in (0, 1)]
    return (
        '<path class="sd-way" marker-end="url(#sd-head)" '
        'd="M%.0f %.0f Q%.0f %.0f %.0f %.0f"/>' % (*a, *middle, *b),
        '<text class="sd-label" x="%.0f" y="%.0f">%s</text>'
        % (at[0], at[1] + 4, html.escape(', '.join(events))),
    )


def box(state, place, stable):
    x, y = centre(place)
    kind = 'stable' if stable else 'unstable'
    return (
        '<rect class="sd-box sd-%s" x="%.0f" y="%.0f" width="%d" '
        'height="%d" rx="8"/><text class="sd-text" x="%.0f" y="%.0f">%s'
        '</text>'
        % (
            *(kind, x - BOX / 2, y - HEIGHT / 2, BOX, HEIGHT),
            *(x, y + 5, html.escape(state)),
        )
    )


def pictures(name):
    """The drawings of one machine.

    The event ``fail`` is left out where it leads from everywhere: a sentence
    beside the drawing says it better.
    """
    make, stable, all_places = DIAGRAMS[name]
    machine = make()
    missing = set(machine.states).difference(*all_places)
    if missing:
        LOG.warning('%s has no place for: %s', name, ', '.join(missing))
    left = {
        ends: events
        for ends, events in ways(machine).items()
        # What leads nowhere stands in the table only.
        if ends[1] != states.FAULT and ends[0] != ends[1]
    }
    for places in all_places:
        here = {ends: left[ends] for ends in left if set(ends) <= set(places)}
        left = {ends: left[ends] for ends in left if ends not in here}
        yield svg(name, places, here, stable)


def svg(name, places, drawn, stable):
    curves = [
        way(centre(places[before]), centre(places[after]), events)
        for (before, after), events in drawn.items()
    ]
    width = max(x for x, _ in places.values()) * COLUMN + BOX + 2 * EDGE
    height = max(y for _, y in places.values()) * ROW + HEIGHT + 2 * EDGE
    return '\n'.join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
            'viewBox="0 0 %d %d" style="max-width: %dpx">'
            % (width, height, width),
            '<title>States of a %s</title><style>%s</style>' % (name, STYLE),
            HEAD,
            *(path for path, _ in curves),
            *(box(s, place, s in stable) for s, place in places.items()),
            *(label for _, label in curves),
            '</svg>',
        ]
    )


class StateDiagram(Directive):
    required_arguments = 1

    def run(self):
        name = self.arguments[0]
        drawings = [
            nodes.raw('', text, format='html') for text in pictures(name)
        ]
        rows = sorted(DIAGRAMS[name][0]())
        return [
            *drawings,
            house.table(('From', 'Event', 'To'), rows, (20, 20, 20)),
        ]


def setup(app):
    app.add_directive('state-diagram', StateDiagram)
    return {'parallel_read_safe': True, 'version': '1'}
