from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

POOL = fakes.pool('class')
PATH = '/pools/' + POOL['id']
SUBJECT = {'type': 'pool', 'id': POOL['id'], 'name': 'class'}
FAULTS = [
    {'desktop_id': 'd', 'name': 'class-02', 'code': 'x', 'message': 'No host.'}
]


def _order(status='running', items=(), kind='pool.create', **attrs):
    return fakes.order(status, items, kind, subject=SUBJECT, **attrs)


class PoolTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know_pools(POOL)

    def _finish(self, order):
        self.cloud.answer('GET', '/work-orders/' + order['id'], order)

    def test_create(self):
        self.know_images('win11', 'image-1')
        self.know_flavors('m1.desk', 'flavor-1')
        self.cloud.answer('POST', '/pools', _order())
        self._finish(_order('succeeded', [fakes.item(fakes.desktop('a'))]))
        shown = self.json(
            'desktop pool create class --image win11 --flavor m1.desk '
            '--size 2 --name-template t --wait'
        )
        self.assertEqual(('class', 2), (shown['name'], shown['size']))
        (call,) = self.cloud.calls('POST')
        self.assertEqual(
            {
                'name': 'class',
                'size': 2,
                'image_id': 'image-1',
                'flavor_id': 'flavor-1',
                'name_template': 't',
            },
            call[2],
        )

    def test_a_partly_failed_pool_is_shown_and_is_a_failure(self):
        good, bad = fakes.desktop('class-01'), fakes.desktop('class-02')
        order = _order(
            'failed', [fakes.item(good), fakes.item(bad, 'failed', FAULTS[0])]
        )
        self.cloud.answer('POST', PATH + '/actions/resize', order)
        self._finish(order)
        self.know_pools(POOL | {'status': 'degraded', 'faults': FAULTS})
        code, out, err = self.openstack(
            'desktop pool resize class --size 2 --wait'
        )
        self.assertEqual(1, code)
        self.assertIn('degraded', out)
        self.assertIn('class-02: No host.\n', err)
        self.assertIn('failed for 1 of 2 desktops', err)

    def test_list(self):
        self.cloud.answer('GET', '/pools', {'pools': [POOL]})
        out = self.succeed('desktop pool list')
        self.assertRegex(out, r'class \| active \| +2 \| 2 running')
        (row,) = self.json('desktop pool list --all-projects --long')
        self.assertEqual(fakes.PROJECT_ID, row['Project ID'])
        self.assertEqual('image-1', row['Image ID'])

    def test_show(self):
        self.know_pools(
            POOL | {'counts': {'running': 1, 'fault': 1}, 'faults': FAULTS}
        )
        out = self.succeed('desktop pool show class')
        self.assertRegex(out, r'\| counts +\| 1 running, 1 fault')
        self.assertRegex(out, r'\| faults +\| class-02: No host\.')

    def test_set(self):
        self.cloud.answer('PATCH', PATH, POOL)
        self.succeed('desktop pool set class --note n')
        (call,) = self.cloud.calls('PATCH')
        self.assertEqual({'note': 'n'}, call[2])

    def test_resize_to_nothing(self):
        path = PATH + '/actions/resize'
        self.cloud.answer('POST', path, _order(kind='pool.resize'))
        self.succeed('desktop pool resize class --size 0')
        self.assertEqual(
            [('POST', path, {'size': 0})], self.cloud.calls('POST')
        )

    def test_shrinking_asks_a_person(self):
        path = PATH + '/actions/resize'
        self.cloud.answer('POST', path, _order(kind='pool.resize'))
        line = 'desktop pool resize class --size 1'
        code, out, err = self.openstack(line, stdin='n\n')
        self.assertEqual(1, code)
        self.assertIn('Shrink class from 2 to 1 desktop and', err)
        self.assertEqual([], self.cloud.calls('POST'))
        self.openstack(line + ' --yes', stdin='')
        self.openstack(line, stdin='y\n')
        self.assertEqual(2, len(self.cloud.calls('POST')))

    def test_growing_asks_nobody(self):
        path = PATH + '/actions/resize'
        self.cloud.answer('POST', path, _order(kind='pool.resize'))
        line = 'desktop pool resize class --size 3'
        self.assertEqual(0, self.openstack(line, stdin='')[0])

    def test_retry(self):
        path = PATH + '/actions/retry'
        self.cloud.answer('POST', path, _order(kind='pool.retry'))
        self._finish(_order('succeeded', kind='pool.retry'))
        self.succeed('desktop pool retry class --wait')
        self.assertEqual([('POST', path, {})], self.cloud.calls('POST'))

    def test_delete_asks_a_person(self):
        self.cloud.answer('DELETE', PATH, _order(kind='pool.delete'))
        code, _out, err = self.openstack(
            'desktop pool delete class', stdin='n\n'
        )
        self.assertEqual(1, code)
        self.assertIn('Delete with 2 desktops', err)
        self.assertIn('Nothing was deleted.', err)
        self.assertEqual([], self.cloud.calls('DELETE'))

    def test_delete_says_how_it_ended(self):
        for status, shown in (
            ('succeeded', 'deleted'),
            ('failed', 'degraded'),
        ):
            order = _order(status, kind='pool.delete')
            self.cloud.answer('DELETE', PATH, order)
            self._finish(order)
            _code, out, _err = self.openstack(
                'desktop pool delete class --wait -f value -c Status'
            )
            self.assertEqual(shown + '\n', out)

    def test_delete_several(self):
        lab = fakes.pool('lab')
        self.know_pools(POOL, lab)
        for pool in (POOL, lab):
            self.cloud.answer('DELETE', '/pools/' + pool['id'], _order())
        rows = self.json('desktop pool delete class lab --yes')
        self.assertEqual(
            [('class', 'deleting'), ('lab', 'deleting')],
            [(row['Name'], row['Status']) for row in rows],
        )

    def test_delete_waits_for_all_however_one_ends(self):
        lab = fakes.pool('lab')
        self.know_pools(POOL, lab)
        for end, shown in (('cancelled', 'kept'), ('failed', 'degraded')):
            for pool, order_id, status in (
                (POOL, 'one', end),
                (lab, 'two', 'succeeded'),
            ):
                order = _order(status, kind='pool.delete') | {'id': order_id}
                self.cloud.answer('DELETE', '/pools/' + pool['id'], order)
                self._finish(order)
            code, out, err = self.openstack(
                'desktop pool delete class lab --yes --wait '
                '-f value -c Name -c Status'
            )
            self.assertEqual(1, code)
            self.assertEqual(f'class {shown}\nlab deleted\n', out)
            self.assertRegex(err, 'Work order one (was cancelled|failed)')

    def test_show_tells_how_many_faults_are_left_out(self):
        self.know_pools(POOL | {'counts': {'fault': 101}, 'faults': FAULTS})
        code, _out, err = self.openstack('desktop pool show class')
        self.assertEqual(0, code)
        self.assertIn('100 more desktops are in fault', err)
        self.assertIn(f'--pool {POOL["id"]} --status fault', err)
        self.know_pools(POOL | {'counts': {'fault': 1}, 'faults': FAULTS})
        self.assertNotIn('more', self.openstack('desktop pool show class')[2])

    def test_unknown(self):
        self.cloud.refuse('GET', '/pools/no', 404, 'Unknown.')
        self.cloud.answer('GET', '/pools?name=no', {'pools': []})
        self.assertEqual(
            'No pool found for: no\n', self.complain('desktop pool show no')
        )
