from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

WIN = {
    'id': '11111111-1111-4111-8111-111111111111',
    'name': 'win11',
    'status': 'active',
    'disk_format': 'qcow2',
}
MAC = WIN | {'id': '22222222-2222-4222-8222-222222222222', 'name': 'mac'}
PATH = '/images/' + WIN['id']


class ImageRemovalTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        for image in (WIN, MAC):
            self.cloud.answer('GET', '/images/' + image['id'], image)

    def order(self, *items, status='running', kind='image.delete'):
        order = fakes.order(status, items, kind=kind)
        self.cloud.answer('GET', '/work-orders/' + order['id'], order)
        return order

    def test_delete(self):
        """I5, S5: a script says yes."""
        order = self.order(fakes.item(WIN, 'pending'))
        self.cloud.answer('DELETE', PATH, order)
        (row,) = self.json('desktop image delete --yes ' + WIN['id'])
        self.assertEqual(WIN['id'], row['ID'])
        self.assertEqual('pending', row['Status'])
        self.assertEqual(order['id'], row['Work Order ID'])

    def test_a_person_is_asked(self):
        """S5: it cannot be taken back."""
        line = 'desktop image delete ' + WIN['id']
        said = self.complain(line, stdin='n\n')
        self.assertIn('Delete for ever: win11?', said)
        self.assertEqual([], self.cloud.calls('DELETE'))

    def test_a_script_is_not_asked(self):
        """S5: and the help says so."""
        self.cloud.answer('DELETE', PATH, self.order(fakes.item(WIN)))
        self.succeed('desktop image delete ' + WIN['id'])
        self.assertEqual(1, len(self.cloud.calls('DELETE')))
        out = self.succeed('help desktop image delete')
        said = ' '.join(out.split())
        self.assertIn('without a terminal nobody is asked', said)

    def test_one_of_several_is_unknown(self):
        """I6, S5: what became of the others is told."""
        self.know_our_images(WIN)
        self.cloud.refuse('GET', '/images/nope', 404, 'Unknown.')
        self.cloud.answer('GET', '/images?name=nope', {'images': []})
        said = self.complain('desktop image delete --yes nope ' + WIN['id'])
        self.assertIn('nope', said)
        self.assertIn('Nothing was deleted.', said)
        self.assertNotIn(
            'deleted', self.complain('desktop image delete --yes nope')
        )
        self.assertEqual([], self.cloud.calls('DELETE'))

    def test_what_refers_to_it_is_told(self):
        """I5, H14"""
        self.cloud.refuse(
            'DELETE', PATH, 409, 'Image win11 is used by pools class; retire'
        )
        said = self.complain('desktop image delete --yes ' + WIN['id'])
        self.assertIn('pools class', said)

    def test_several_with_a_verdict_for_each(self):
        """I6: the refused one does not stop the other."""
        fault = {'code': 'image_in_use', 'message': 'Image mac is used.'}
        order = self.order(
            fakes.item(WIN), fakes.item(MAC, 'refused', fault)
        ) | {'status': 'succeeded'}
        self.cloud.answer('POST', '/images/actions/delete', order)
        self.cloud.answer('GET', '/work-orders/' + order['id'], order)
        line = 'desktop image delete --yes --wait %s %s'
        code, out, err = self.openstack(line % (WIN['id'], MAC['id']))
        self.assertEqual(1, code)
        self.assertRegex(out, r'win11 +\| done')
        self.assertRegex(out, r'mac +\| refused')
        self.assertIn('Refused: Image mac is used.', err)
        self.assertIn('1/1 image,', err)

    def test_wait_tells_what_failed(self):
        """H14: the store of Glance keeps it."""
        fault = {'code': 'image_in_use', 'message': 'It has clones.'}
        item = fakes.item(WIN, 'failed', fault)
        order = self.order(item, status='failed')
        self.cloud.answer('DELETE', PATH, order)
        line = 'desktop image delete --yes --wait ' + WIN['id']
        code, _out, err = self.openstack(line)
        self.assertEqual(1, code)
        self.assertIn('win11: It has clones.', err)
        self.assertIn('failed for 1 of 1 image.', err)

    def test_retire(self):
        """H14"""
        order = self.order(fakes.item(WIN, 'pending'), kind='image.retire')
        self.cloud.answer('POST', PATH + '/actions/retire', order)
        (row,) = self.json('desktop image retire ' + WIN['id'])
        self.assertEqual(order['id'], row['Work Order ID'])

    def test_restore(self):
        """H14"""
        for image in (WIN, MAC):
            path = '/images/%s/actions/restore' % image['id']
            self.cloud.answer('POST', path, image)
        line = 'desktop image restore %s %s' % (WIN['id'], MAC['id'])
        self.assertEqual(
            ['win11', 'mac'], [row['Name'] for row in self.json(line)]
        )

    def test_orders_of_an_image(self):
        """M22"""
        found = {'work_orders': []}
        call = self.cloud.answer('GET', '/work-orders', found)
        self.succeed('desktop work order list --image ' + WIN['id'])
        self.assertEqual([WIN['id']], call.last_request.qs['image_id'])

    def test_orders_of_an_image_that_is_gone(self):
        """M22: what became of it."""
        gone = '33333333-3333-4333-8333-333333333333'
        self.cloud.refuse('GET', '/images/' + gone, 404, 'Gone.')
        self.cloud.answer('GET', '/images', {'images': []})
        call = self.cloud.answer('GET', '/work-orders', {'work_orders': []})
        self.succeed('desktop work order list --image ' + gone)
        self.assertEqual([gone], call.last_request.qs['image_id'])
