"""Work orders that delete and retire images, with a verdict for each (I6)."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import flows
from clouddesk.db import holds
from clouddesk.db import inserts
from clouddesk.db import journal
from clouddesk.db import making
from clouddesk.db import models
from clouddesk.db.api import image_users
from clouddesk.db.api import images

#: By image, why nothing is done to it.
Refusals = Mapping[str, exceptions.ClouddeskError]


@db.retry_on_deadlock
def act(
    order: Mapping[str, Any],
    kind: str,
    found: Sequence[images.Known],
    refusals: Refusals,
    first: Callable[[orm.Session], None] | None = None,
) -> models.WorkOrder:
    """Order what can be done to those images that nothing is in the way of.

    The others become items that are refused and tell why.

    :param order: ``project_id``, ``user_id`` and ``request_id``
    :param kind: ``image.delete`` or ``image.retire``
    :param found: all images that were asked for
    :param refusals: what the caller found out already
    :param first: done in the same transaction, before anything is taken
    :raises ClouddeskError: the first refusal, when there is one for each;
        its details name all
    """
    parts = [(image.id, image.name) for image in found]
    journal.named(parts)
    with holds.writer() as session:
        if first is not None:
            first(session)
        refusals = _refusals(session, order, kind, found, refusals)
        good = [image for image in found if image.id not in refusals]
        if not good:
            raise _together(found, refusals)
        images.ensure(session, good)
        order_id = inserts.order(session, order, kind, {}, making.only(parts))
        holds.take_images(session, {image.id: order_id for image in good})
        inserts.items(session, order_id, kind, {}, parts, refusals)
        return making.load(session, [order_id])[0]


def _refusals(
    session: orm.Session,
    order: Mapping[str, Any],
    kind: str,
    found: Sequence[images.Known],
    known: Refusals,
) -> dict[str, exceptions.ClouddeskError]:
    refusals = dict(known)
    rows = images.rows(session, [image.id for image in found])
    for id_, row in rows.items():
        if row.work_order_id and id_ not in refusals:
            refusals[id_] = holds.image_busy(row)
    if kind == flows.IMAGE_DELETE:
        refusals |= _in_use(session, order, found, refusals)
    return refusals


def _in_use(
    session: orm.Session,
    order: Mapping[str, Any],
    found: Sequence[images.Known],
    refusals: Refusals,
) -> dict[str, exceptions.ClouddeskError]:
    """What refers to images; that says more than that one is protected.

    A course protects the image that it is made from.
    """
    asked = {
        image.id: image
        for image in found
        if isinstance(refusals.get(image.id), exceptions.ImageProtected | None)
    }
    return {
        id_: image_users.in_use(asked[id_], users, order['project_id'])
        for id_, users in image_users.found(session, asked).items()
        if users
    }


def _together(
    found: Sequence[images.Known], refusals: Refusals
) -> exceptions.ClouddeskError:
    first = refusals[found[0].id]
    if len(found) > 1:
        first.details['images'] = [
            {
                'id': image.id,
                'name': image.name,
                'code': refusals[image.id].code,
                'message': refusals[image.id].text,
            }
            for image in found
        ]
    return first
