"""A database with so many of everything that is asked for."""

import json
import uuid

import sqlalchemy as sa

from clouddesk import db
from clouddesk import events
from clouddesk import flows
from clouddesk import states
from clouddesk.db import models
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import images as images_db
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.api import base
from clouddesk.tests.unit.policies import test_matrix as matrix

#: Position of an item that an order was not made with.
_LAST = 10**6


class Filling(matrix.Asking):
    """Makes as many things as :attr:`size` says.

    What requests are about has much of its own, too: people, revisions,
    events, desktops.

    :ivar there: ids of what :meth:`fill` made last, by their placeholders
    """

    size: int

    def prepare(self):
        super().prepare()
        self.there = {}
        images = self.cloud.user.image
        images.list_.side_effect = lambda wanted, count: iter(
            [images.get.return_value, *self.cloud.images.values()][:count]
        )
        identity = self.cloud.user.identity
        identity.departments.return_value = frozenset({'maths'})

    def fill(self, given):
        """Many of everything, as copies of one.

        :param given: what the desktops are like, as in ``matrix.yaml``
        """
        template_id, templates = self._fill_templates()
        images = self._fill_images()
        order_id = self.make_order()
        orders = self._fill_orders(order_id)
        desktop_id = self._fill_desktops(given, templates)
        self._fill_builds(desktop_id, orders, images)
        course_id = self._fill_courses(templates)
        for table in ('courses', 'desktops', 'pools'):
            self.sql(
                'UPDATE %s SET template_id = :id, template_revision = 1 '
                'WHERE template_id IS NULL' % table,
                id=template_id,
            )
        self.tell([self.image_id], work_order_id=order_id)
        self.there = {
            'course_id': course_id,
            'desktop_id': work_orders.get(order_id).items[0].subject_id,
            'image_id': self.image_id,
            'image_ids': json.dumps(images),
            'network_id': base.NETWORK,
            'pool_id': self.make_one_pool({}),
            'template_id': template_id,
            'work_order_id': order_id,
        }

    def _fill_templates(self):
        """:returns: the id of one with revisions, and those of others"""
        template_id = self.make_template({})
        maths = {'department': ['maths'] * self.size}
        others = self.fresh()
        self.copies(models.Template, template_id, project_id=others, **maths)
        return template_id, self.copies(models.Template, template_id, **maths)

    def _fill_courses(self, templates):
        """:returns: the id of one with people"""
        course_id = self.make_course({})
        made = {
            'template_id': templates,
            'template_revision': [1] * self.size,
        }
        self.copies(models.Course, course_id)
        self.copies(models.Course, course_id, **made)
        self.copies(models.Course, course_id, project_id=self.fresh())
        return course_id

    def _fill_images(self):
        """:returns: the ids of those that the fake Glance lists, too"""
        ids = [self.cloud.add_image().id for _each in range(self.size)]
        image = self.cloud.user.image.get(self.image_id)
        images_db.update(images_db.Known.of(image), {})
        self.copies(models.Image, self.image_id, id=ids)
        return ids

    def _fill_orders(self, order_id):
        """:returns: the ids of such as are done"""
        about = {
            'subject_type': [flows.IMAGE] * self.size,
            'subject_id': [self.image_id] * self.size,
        }
        orders = self.copies(models.WorkOrder, order_id, **about)
        item, *_others = work_orders.get(order_id).items
        none = [None] * self.size
        self.copies(models.WorkItem, item.id, id=none, work_order_id=orders)
        self.copies(
            models.WorkItem,
            item.id,
            id=none,
            work_order_id=orders,
            position=[_LAST] * self.size,
            subject_type=[flows.IMAGE] * self.size,
            desktop_id=[self.image_id] * self.size,
        )
        self.copies(models.WorkOrder, order_id, project_id=self.fresh())
        done = [states.SUCCEEDED] * self.size
        return self.copies(models.WorkOrder, order_id, status=done)

    def _fill_desktops(self, given, templates):
        """Each in a pool of its own; :returns: the id of one in none"""
        pool_id = super().make_one_pool({}, 0)
        first = [1] * self.size
        made = {'template_id': templates, 'template_revision': first}
        pools = self.copies(models.Pool, pool_id)
        self.copies(models.Pool, pool_id, **made)
        self.copies(models.Pool, pool_id, project_id=self.fresh())
        desktop_id = self.make_one_desktop(given)
        self.copies(models.Desktop, desktop_id, pool_id=pools, slot=first)
        self.copies(models.Desktop, desktop_id, project_id=self.fresh())
        self.sql(
            'INSERT INTO desktop_tags (desktop_id, tag) '
            "SELECT id, 'exam' FROM desktops WHERE id NOT IN "
            '(SELECT desktop_id FROM desktop_tags)'
        )
        return desktop_id

    def _fill_builds(self, desktop_id, orders, images):
        """Each with a builder of its own."""
        build_id = self.make_image_build({})
        self.copies(
            models.ImageBuild,
            build_id,
            builder_id=self.copies(models.Desktop, desktop_id),
            work_order_id=orders,
            image_id=images,
        )
        self.copies(
            models.ImageBuild,
            build_id,
            builder_id=[None] * self.size,
            project_id=self.fresh(),
        )

    def fresh(self):
        return [str(uuid.uuid4()) for _each in range(self.size)]

    def copies(self, model, of, **columns):
        """
        :param of: the id of what is copied, or columns that tell it
        :param columns: the values of each copy, by name
        :returns: the ids of the copies
        """
        table = model.__table__
        ids = self.fresh()
        names = ['copy%d' % next(self._serial) for _each in ids]
        fresh = {'id': ids, 'name': names, 'server_id': ids, **columns}
        by = of if isinstance(of, dict) else {'id': of}
        with db.engine().begin() as connection:
            query = sa.select(table).filter_by(**by)
            row = connection.execute(query).first()._asdict()
            new = [
                row | {key: fresh[key][n] for key in fresh if key in row}
                for n in range(self.size)
            ]
            connection.execute(sa.insert(table), new)
        return fresh['id']

    def tell(self, ids, **columns):
        """Let things have a history."""
        told = {
            'project_id': base.PROJECT,
            'user_id': self.assignee_id,
            'action': 'image.retire',
            'subject_type': flows.IMAGE,
            'outcome': events.SUCCESS,
            'request_id': 'req-told',
            'details': {},
            **columns,
        }
        rows = [
            told | {'subject_id': each} for each in ids for _n in self.fresh()
        ]
        if rows:
            with db.engine().begin() as connection:
                connection.execute(sa.insert(models.Event), rows)

    # -- what requests are about ----------------------------------------------

    def make_template(self, given):
        """With many revisions."""
        template_id = super().make_template(given)
        self.copies(
            models.TemplateRevision,
            {'template_id': template_id},
            revision=range(2, self.size + 2),
        )
        self.sql(
            'UPDATE templates SET revision = :last WHERE id = :id',
            id=template_id,
            last=self.size + 1,
        )
        return template_id

    def make_one_pool(self, given, size=None):
        """With many desktops and people."""
        pool_id = super().make_one_pool(
            given, self.size if size is None else size
        )
        if 'size' in given.get('pool', {}):
            # It lacks some.
            self.change('pool', pool_id, {'size': 2 * self.size})
        self.copies(
            models.PoolMember, {'pool_id': pool_id}, assignee_id=self.fresh()
        )
        return pool_id

    def make_course(self, given):
        """For many people."""
        course_id = super().make_course(given)
        self.sql(
            'UPDATE courses SET size = :size WHERE id = :id',
            id=course_id,
            size=self.size,
        )
        person = {'course_id': course_id, 'assignee_type': 'user'}
        with db.engine().begin() as connection:
            connection.execute(
                sa.insert(models.CourseMember),
                [person | {'assignee_id': each} for each in self.fresh()],
            )
        return course_id

    def make_order(self, status='queued'):
        """With many items."""
        made = desktop_orders.create(
            {'project_id': base.PROJECT, 'user_id': 'ada'},
            self.SPEC,
            ['desk'] * self.size,
        )
        self.sql(
            'UPDATE work_orders SET status = :status WHERE id = :id',
            id=made.id,
            status=status,
        )
        return made.id
