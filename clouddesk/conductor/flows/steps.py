"""What a step is.

A step is a small class without a state of its own. ``run`` asks the cloud for
something and is written so that running it again is harmless; ``look`` judges
from the scene alone, without a call, whether a step that waits has come to
its end.
"""

import dataclasses
from typing import Any

from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.conductor import scene
from clouddesk.db import models
from clouddesk.i18n import _


@dataclasses.dataclass(frozen=True)
class Context:
    """What a step may use."""

    #: The project's cloud behind the fence of the lease.
    cloud: Any
    #: The same cloud as the service user sees it from its own project, where
    #: it is an admin: reaches servers that Nova has locked. Fenced, too.
    admin: Any
    scene: scene.Scene
    order: models.WorkOrder
    #: The image build that the order works on, if it does.
    build: models.ImageBuild | None = None


@dataclasses.dataclass(frozen=True)
class Done:
    """The step is over; the values are recorded in the row of its item."""

    values: dict[str, Any] = dataclasses.field(default_factory=dict)
    #: The same for the image build that the order works on.
    of_build: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Wait:
    """The cloud is at work; no thread needs to watch it."""

    #: What is waited for; ends up in the message of a timeout.
    what: str


class Step:
    #: Part of the API, see :mod:`clouddesk.flows`.
    name: str
    #: Nothing is asked for when the step is reached: look first.
    waits = False
    #: What has to be listed while the step waits: ``servers``, ``volumes`` or
    #: ``nothing``.
    watches = 'servers'
    #: The option of [conductor] that limits how long it may wait.
    timeout = 'action_timeout'
    #: Ends with the removal of the row of its item.
    forgets = False
    #: At its end the desktop takes over what its pool says now.
    renews = False

    def applies(self, subject: Any) -> bool:
        """Whether there is anything to do for this desktop or image."""
        return True

    def run(self, ctx: Context, subject: Any) -> Done | Wait:
        """Do it.

        :raises ClouddeskError: what the item then fails with, unless it is
            transient
        """
        raise NotImplementedError

    def look(
        self, ctx: Context, subject: Any, waited: float
    ) -> Done | Wait | None:
        """Judge from the scene; None asks for :meth:`run`.

        :param waited: seconds that this worker has waited for it
        """
        return None


@dataclasses.dataclass(frozen=True)
class Flow:
    """The way of every item of an order."""

    steps: tuple[Step, ...]
    #: Only so many items are under way at once that hypervisors and storage
    #: do not suffer from all of them starting.
    waves: bool = False
    #: When too many items fail one after another the rest is not begun.
    limited: bool = False
    #: Search what exists even on a first claim.
    looks: bool = False
    #: What an item goes through that failed or was called off, as long as the
    #: image of its build is not ready: then it can only go on.
    back: tuple[Step, ...] = ()

    def may_return(self, build: models.ImageBuild | None) -> bool:
        """Whether what an item has made so far can go again."""
        is_ready = build is not None and build.activated_at is not None
        return bool(self.back) and not is_ready


def see_anew(ctx: Context, desktop: models.Desktop) -> types.Server:
    """Ask Nova for the server of a desktop, and let the scene know.

    :raises ServerGone: there is none
    """
    server: types.Server | None = ctx.cloud.compute.get_server(
        desktop.server_id
    )
    if server is None:
        raise exceptions.ServerGone()
    ctx.scene.see({desktop.id: [server]})
    return server


def busy(server: types.Server | None) -> Wait | None:
    """Nova is still at another task of the server, if it is."""
    if server is not None and server.task_state:
        return Wait(_('The end of another task of the server'))
    return None
