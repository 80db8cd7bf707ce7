"""Pages of lists."""

from unittest import mock

import ddt
import sqlalchemy as sa

from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import paging
from clouddesk.db.api import desktops
from clouddesk.tests.unit.db import base


@ddt.ddt
class PagingTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.rows = self.desktops(3) + self.desktops(4, states.OFF)
        for row in self.rows[2:5]:
            desktops.update(row.id, {'name': 'same'})

    def walk(self, limit, keys, dirs):
        """The ids of all pages, one after the other."""
        ids, marker = [], None
        while True:
            page = paging.Page(limit, marker, keys, dirs)
            rows = desktops.list_('project', {}, page)
            ids += [row.id for row in rows]
            if len(rows) < limit:
                return ids
            marker = rows[-1].id

    @ddt.data('created_at', 'updated_at', 'name', 'status', 'id')
    def test_pages_are_the_list(self, key):
        for direction in ('asc', 'desc'):
            page = paging.Page(None, None, [key], [direction])
            whole = [row.id for row in desktops.list_('project', {}, page)]
            self.assertEqual(7, len(set(whole)))
            for limit in (1, 2, 7):
                found = self.walk(limit, [key], [direction])
                self.assertEqual(whole, found)

    def test_two_keys_in_two_directions(self):
        whole = self.walk(100, ['status', 'name'], ['desc', 'asc'])
        self.assertEqual(
            whole, self.walk(2, ['status', 'name'], ['desc', 'asc'])
        )

    def test_order_is_that_of_the_key(self):
        page = paging.Page(None, None, ['name'], ['desc'])
        rows = desktops.list_('project', {}, page)
        names = [row.name for row in rows]
        self.assertEqual(sorted(names, reverse=True), names)

    def test_newest_first_by_default(self):
        rows = desktops.list_('project', {}, paging.Page(limit=1))
        self.assertEqual(self.rows[-1].id, rows[0].id)

    @ddt.data('nothing', '')
    def test_unknown_marker(self, marker):
        error = self.assertRaises(
            exceptions.Invalid,
            desktops.list_,
            'project',
            {},
            paging.Page(marker=marker),
        )
        self.assertEqual('marker', error.details['field'])

    def test_marker_of_a_stranger_is_unknown(self):
        page = paging.Page(marker=self.rows[0].id)
        self.assertRaises(
            exceptions.Invalid, desktops.list_, 'other', {}, page
        )
        self.assertEqual(0, len(desktops.list_(None, {}, page)))

    def test_key_that_does_not_exist(self):
        error = self.assertRaises(
            exceptions.Invalid,
            desktops.list_,
            'project',
            {},
            paging.Page(sort_keys=['colour']),
        )
        self.assertEqual('sort_key', error.details['field'])

    def test_a_page_begins_in_an_index_of_its_project(self):
        """A large project is not read from its beginning, nor others."""
        others = (
            'IGNORE INDEX (ix_desktops_created_at_id, '
            'ix_desktops_status_created_at_id)'
        )
        for key, index in (
            ('created_at', 'project_id_created_at_id'),
            ('updated_at', 'project_id_updated_at_id'),
            ('name', 'project_id_name'),
            ('status', 'project_id_status_created_at_id'),
        ):
            page = paging.Page(2, self.rows[0].id, [key], ['desc'])
            with mock.patch.object(
                sa.Select, 'with_hint', autospec=True, side_effect=first
            ) as hinted:
                desktops.list_('project', {}, page)
                desktops.list_(None, {}, page)
                desktops.list_('project', {'q': 'x'}, page)
            hints = {call.args[2] for call in hinted.call_args_list}
            exact = 'FORCE INDEX (ix_desktops_%s)' % index
            self.assertEqual({exact, others}, hints)
            self.assertEqual(4, hinted.call_count)


def first(query, *args):
    return query
