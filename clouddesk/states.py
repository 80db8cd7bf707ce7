"""The statuses of every noun, and the ways between them.

Each machine is the single place where a status is defined. The diagrams in
the contributor guide are generated from here, and a test proves that every
unstable status has a way out.

A *stable* status needs no worker. An *unstable* one is held by a work order
(``work_order_id`` of the row) or explained by a task that Nova runs; the
reconciler brings a row whose order is gone back to what the cloud says.
"""

from automaton import machines

# -- desktop ---------------------------------------------------------------

#: Being made: the resources are checked and the server is built. Or mended:
#: what the server lost is made again.
BUILDING = 'building'
STARTING = 'starting'
RUNNING = 'running'
STOPPING = 'stopping'
#: Shut off; the server exists and keeps its disk.
OFF = 'off'
REBOOTING = 'rebooting'
#: Moving to another host, or changing its size.
MIGRATING = 'migrating'
#: Being destroyed; the row goes when nothing is left of it in the cloud.
DELETING = 'deleting'
#: Something failed; ``fault`` tells what. Retry, stop, start or delete.
FAULT = 'fault'

DESKTOP_STABLE = frozenset({RUNNING, OFF, FAULT})
DESKTOP_UNSTABLE = frozenset(
    {BUILDING, STARTING, STOPPING, REBOOTING, MIGRATING, DELETING}
)
DESKTOP_STATUSES = DESKTOP_STABLE | DESKTOP_UNSTABLE

#: (from, event, to)
_DESKTOP = (
    (BUILDING, 'built', RUNNING),
    (BUILDING, 'stopped', OFF),
    (BUILDING, 'delete', DELETING),
    (OFF, 'start', STARTING),
    (FAULT, 'start', STARTING),
    (STARTING, 'started', RUNNING),
    (STARTING, 'stopped', OFF),
    (RUNNING, 'stop', STOPPING),
    (FAULT, 'stop', STOPPING),
    (STOPPING, 'stopped', OFF),
    (STOPPING, 'started', RUNNING),
    (RUNNING, 'reboot', REBOOTING),
    (REBOOTING, 'started', RUNNING),
    (REBOOTING, 'stopped', OFF),
    (RUNNING, 'migrate', MIGRATING),
    (MIGRATING, 'started', RUNNING),
    (MIGRATING, 'stopped', OFF),
    # What the cloud did without us.
    (RUNNING, 'stopped', OFF),
    (OFF, 'started', RUNNING),
    (FAULT, 'started', RUNNING),
    (FAULT, 'stopped', OFF),
    (FAULT, 'retry', BUILDING),
    (RUNNING, 'delete', DELETING),
    (OFF, 'delete', DELETING),
    (FAULT, 'delete', DELETING),
    (DELETING, 'started', RUNNING),
    (DELETING, 'stopped', OFF),
    # Built again from its image or its template.
    (RUNNING, 'rebuild', BUILDING),
    (OFF, 'rebuild', BUILDING),
    (FAULT, 'rebuild', BUILDING),
    # Given another port, or what else it is reached by.
    (RUNNING, 'reattach', BUILDING),
    (OFF, 'reattach', BUILDING),
    # Its disk becomes an image: it is shut down for that, and then removed.
    (RUNNING, 'generate', STOPPING),
    (OFF, 'generate', STOPPING),
    # Or it stays: nothing changes but that an order holds it.
    (OFF, 'capture', OFF),
    (STOPPING, 'delete', DELETING),
)

#: Statuses that an action may begin in.
ACTION_FROM = {
    'start': (OFF, FAULT),
    'stop': (RUNNING, FAULT),
    'reboot': (RUNNING,),
    'console': (RUNNING,),
    'delete': (RUNNING, OFF, FAULT),
    'retry': (FAULT,),
    'rebuild': (RUNNING, OFF, FAULT),
    'reattach': (RUNNING, OFF),
    'migrate': (RUNNING,),
    # Becomes an image, and stays as it is or goes.
    'capture': (OFF,),
    'generate': (RUNNING, OFF),
}

#: The status that a desktop has while the action runs.
ACTION_TO = {
    'create': BUILDING,
    'start': STARTING,
    'stop': STOPPING,
    'reboot': REBOOTING,
    'delete': DELETING,
    'retry': BUILDING,
    'rebuild': BUILDING,
    'reattach': BUILDING,
    'migrate': MIGRATING,
    'capture': OFF,
    'generate': STOPPING,
}

#: Actions that a locked desktop refuses, whoever asks.
LOCK_REFUSES = frozenset(
    {'start', 'stop', 'reboot', 'rebuild', 'delete', 'generate'}
)
#: Actions that a protected desktop refuses.
PROTECTION_REFUSES = frozenset({'delete', 'generate'})

#: What may be wanted of a desktop's power.
POWERS = frozenset({RUNNING, OFF})

#: What an action wants of it; the others leave that as it is.
ACTION_WANTS = {
    'start': RUNNING,
    'reboot': RUNNING,
    'retry': RUNNING,
    'rebuild': RUNNING,
    'stop': OFF,
    'generate': OFF,
}

#: The fault of a desktop that is off, and stays so, because it was started
#: again too often.
RESTARTS_EXHAUSTED = 'restarts_exhausted'

#: Whom a desktop is given to.
USER = 'user'
GROUP = 'group'
ASSIGNEE_TYPES = frozenset({USER, GROUP})

# -- pool ------------------------------------------------------------------
# Derived, never stored: from the work order that holds the pool, else from
# its desktops.

POOL_BUILDING = 'building'
POOL_RESIZING = 'resizing'
POOL_DELETING = 'deleting'
POOL_ACTIVE = 'active'
#: Fewer good desktops than wanted; what works is kept and can be used.
POOL_DEGRADED = 'degraded'
POOL_STATUSES = frozenset(
    {POOL_BUILDING, POOL_RESIZING, POOL_DELETING, POOL_ACTIVE, POOL_DEGRADED}
)

#: How people come to desktops of a pool.
BY_HAND = 'by_hand'
FIRST_COME = 'first_come'
POOL_ASSIGNMENTS = frozenset({BY_HAND, FIRST_COME})

#: Whether a desktop stays with the one who took it.
PERSISTENT = 'persistent'
FLOATING = 'floating'
POOL_PERSISTENCES = frozenset({PERSISTENT, FLOATING})

#: What happens to a floating desktop that goes back.
KEEP = 'keep'
REBUILD = 'rebuild'
POOL_RETURNS = frozenset({KEEP, REBUILD})

# -- template --------------------------------------------------------------

EXCLUSIVE = 'exclusive'
SHARED = 'shared'
TEMPLATE_VISIBILITIES = frozenset({EXCLUSIVE, SHARED})

# -- course ----------------------------------------------------------------

COURSE_IDLE = 'idle'
#: Its desktops start, or are made.
COURSE_STARTING = 'starting'
COURSE_IN_SESSION = 'in_session'
#: Its desktops go back.
COURSE_ENDING = 'ending'
COURSE_STATUSES = frozenset(
    {COURSE_IDLE, COURSE_STARTING, COURSE_IN_SESSION, COURSE_ENDING}
)

#: What the end of a lesson does to the desktops.
COURSE_ENDS = frozenset({'stop', 'rebuild', 'delete'})

#: (from, event, to)
_COURSE = (
    (COURSE_IDLE, 'start', COURSE_STARTING),
    (COURSE_STARTING, 'started', COURSE_IN_SESSION),
    (COURSE_IN_SESSION, 'start', COURSE_STARTING),
    # Everything is as it should be already.
    (COURSE_IDLE, 'started', COURSE_IN_SESSION),
    (COURSE_IN_SESSION, 'end', COURSE_ENDING),
    (COURSE_IN_SESSION, 'ended', COURSE_IDLE),
    (COURSE_IDLE, 'end', COURSE_ENDING),
    (COURSE_ENDING, 'ended', COURSE_IDLE),
    # Somebody cancelled the order that ends it.
    (COURSE_ENDING, 'started', COURSE_IN_SESSION),
    # Its pool went away meanwhile.
    (COURSE_STARTING, 'ended', COURSE_IDLE),
)

#: A work order is under way; when it is over, the timetable goes on.
COURSE_UNSTABLE = frozenset({COURSE_STARTING, COURSE_ENDING})

# -- image build -----------------------------------------------------------
# Derived, never stored: from the work order that worked on it last, else from
# the desktop that it is made on.

#: Its builder is made.
BUILD_PREPARING = 'preparing'
#: Its builder can be used, until somebody says that it is finished.
BUILD_CONFIGURABLE = 'configurable'
#: The disk becomes an image.
BUILD_GENERATING = 'generating'
#: The image can be used; nothing else is left.
BUILD_ACTIVATED = 'activated'
#: Everything that it has is removed.
BUILD_DISCARDING = 'discarding'
#: Something failed: retry, finish again, or delete.
BUILD_FAULT = 'fault'
BUILD_STATUSES = frozenset(
    {
        BUILD_PREPARING,
        BUILD_CONFIGURABLE,
        BUILD_GENERATING,
        BUILD_ACTIVATED,
        BUILD_DISCARDING,
        BUILD_FAULT,
    }
)

#: (from, event, to)
_BUILD = (
    (BUILD_PREPARING, 'prepared', BUILD_CONFIGURABLE),
    (BUILD_PREPARING, 'fail', BUILD_FAULT),
    (BUILD_CONFIGURABLE, 'fail', BUILD_FAULT),
    (BUILD_CONFIGURABLE, 'finish', BUILD_GENERATING),
    (BUILD_CONFIGURABLE, 'delete', BUILD_DISCARDING),
    (BUILD_GENERATING, 'generated', BUILD_ACTIVATED),
    (BUILD_GENERATING, 'cancelled', BUILD_CONFIGURABLE),
    (BUILD_GENERATING, 'fail', BUILD_FAULT),
    (BUILD_FAULT, 'retry', BUILD_PREPARING),
    (BUILD_FAULT, 'finish', BUILD_GENERATING),
    (BUILD_FAULT, 'delete', BUILD_DISCARDING),
    (BUILD_DISCARDING, 'cancelled', BUILD_CONFIGURABLE),
    (BUILD_DISCARDING, 'fail', BUILD_FAULT),
)

#: A work order is under way; when it is over, the build is free.
BUILD_UNSTABLE = frozenset(
    {BUILD_PREPARING, BUILD_GENERATING, BUILD_DISCARDING}
)

#: Statuses that what people do to an image build begins in.
BUILD_ACTION_FROM = {
    'update': (BUILD_PREPARING, BUILD_CONFIGURABLE, BUILD_FAULT),
    'finish': (BUILD_CONFIGURABLE, BUILD_FAULT),
    'retry': (BUILD_FAULT,),
    'cancel': (BUILD_PREPARING, BUILD_GENERATING),
    'delete': (BUILD_CONFIGURABLE, BUILD_ACTIVATED, BUILD_FAULT),
}

#: What is in an image: a disk that boots, one that does not, or all of them.
SYSTEM = 'system'
DATA = 'data'
WHOLE = 'whole'
IMAGE_KINDS = frozenset({SYSTEM, DATA, WHOLE})

#: What an image is built from.
IMAGE_SOURCES = frozenset({'image', 'desktop', 'iso'})

# -- work order ------------------------------------------------------------

#: Committed; waits for a conductor.
QUEUED = 'queued'
#: Held back by a person before it began.
PAUSED = 'paused'
#: A conductor holds the lease and works on it.
WORKING = 'running'
SUCCEEDED = 'succeeded'
#: At least one item failed; can be retried from the failed step.
FAILED = 'failed'
#: Unfinished items are being undone.
CANCELLING = 'cancelling'
CANCELLED = 'cancelled'

ORDER_FINISHED = frozenset({SUCCEEDED, FAILED, CANCELLED})
#: A conductor must pick these up whenever nobody holds a live lease.
ORDER_CLAIMABLE = frozenset({QUEUED, WORKING, CANCELLING})
ORDER_UNSTABLE = ORDER_CLAIMABLE
ORDER_STATUSES = ORDER_FINISHED | ORDER_CLAIMABLE | {PAUSED}

_ORDER = (
    (QUEUED, 'claim', WORKING),
    (QUEUED, 'pause', PAUSED),
    (PAUSED, 'resume', QUEUED),
    (QUEUED, 'cancel', CANCELLING),
    (PAUSED, 'cancel', CANCELLING),
    (WORKING, 'cancel', CANCELLING),
    (WORKING, 'succeed', SUCCEEDED),
    (WORKING, 'fail', FAILED),
    (CANCELLING, 'undone', CANCELLED),
    (CANCELLING, 'fail', FAILED),
    # The wish to cancel came when everything was done.
    (CANCELLING, 'succeed', SUCCEEDED),
    (FAILED, 'retry', QUEUED),
)

ORDER_ACTION_FROM = {
    'retry': (FAILED,),
    'pause': (QUEUED,),
    'resume': (PAUSED,),
    'cancel': (QUEUED, PAUSED, WORKING),
}
ORDER_ACTION_TO = {
    'retry': QUEUED,
    'pause': PAUSED,
    'resume': QUEUED,
    'cancel': CANCELLING,
}

# -- item of a work order --------------------------------------------------

ITEM_PENDING = 'pending'
ITEM_WORKING = 'running'
ITEM_DONE = 'done'
ITEM_FAILED = 'failed'
#: Its traces were removed because the order was cancelled.
ITEM_UNDONE = 'undone'
#: Was in a wrong state when the batch was ordered; nothing was done to it.
ITEM_REFUSED = 'refused'
ITEM_STATUSES = frozenset(
    {
        ITEM_PENDING,
        ITEM_WORKING,
        ITEM_DONE,
        ITEM_FAILED,
        ITEM_UNDONE,
        ITEM_REFUSED,
    }
)


def desktop_machine() -> machines.FiniteMachine:
    """The life of a desktop; ``fault`` is reachable from everywhere."""
    machine = _machine(DESKTOP_STATUSES, BUILDING, _DESKTOP)
    for status in sorted(DESKTOP_UNSTABLE | {RUNNING, OFF}):
        machine.add_transition(status, FAULT, 'fail')
    return machine


def course_machine() -> machines.FiniteMachine:
    """The life of a course."""
    return _machine(COURSE_STATUSES, COURSE_IDLE, _COURSE)


def build_machine() -> machines.FiniteMachine:
    """The life of an image build."""
    return _machine(BUILD_STATUSES, BUILD_PREPARING, _BUILD)


def order_machine() -> machines.FiniteMachine:
    """The life of a work order."""
    return _machine(ORDER_STATUSES, QUEUED, _ORDER)


def _machine(
    statuses: frozenset[str],
    start: str,
    transitions: tuple[tuple[str, str, str], ...],
) -> machines.FiniteMachine:
    machine = machines.FiniteMachine()
    for status in sorted(statuses):
        machine.add_state(status)
    for before, event, after in transitions:
        machine.add_transition(before, after, event)
    machine.default_start_state = start
    return machine


_SERVER_TASKS = {
    'powering-off': STOPPING,
    'powering-on': STARTING,
    'reboot_started': REBOOTING,
    'rebooting': REBOOTING,
    'reboot_pending': REBOOTING,
    'rebooting_hard': REBOOTING,
    'reboot_started_hard': REBOOTING,
    'reboot_pending_hard': REBOOTING,
    'migrating': MIGRATING,
    'deleting': DELETING,
}

_SERVER_STATUSES = {
    'ACTIVE': RUNNING,
    'PAUSED': OFF,
    'SUSPENDED': OFF,
    'SHUTOFF': OFF,
    'SHELVED': OFF,
    'SHELVED_OFFLOADED': OFF,
    'SOFT_DELETED': OFF,
    'RESCUE': RUNNING,
    'PASSWORD': RUNNING,
    'BUILD': BUILDING,
    'REBUILD': BUILDING,
    'REBOOT': REBOOTING,
    'HARD_REBOOT': REBOOTING,
    'MIGRATING': MIGRATING,
    'RESIZE': MIGRATING,
    'VERIFY_RESIZE': MIGRATING,
    'REVERT_RESIZE': MIGRATING,
    'ERROR': FAULT,
    'UNKNOWN': FAULT,
    'DELETED': FAULT,
}


def from_server(server_status: str, task_state: str | None = None) -> str:
    """The desktop status that follows from what Nova says of the server.

    :param server_status: Nova's ``status``, e.g. ``ACTIVE``
    :param task_state: Nova's ``OS-EXT-STS:task_state``
    """
    if server_status != 'ERROR' and task_state in _SERVER_TASKS:
        return _SERVER_TASKS[task_state]
    return _SERVER_STATUSES.get(server_status, FAULT)
