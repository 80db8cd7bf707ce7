from openstack import exceptions

from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

WIN = {'id': '0d' * 16, 'name': 'win11', 'disk_format': 'qcow2'}
MAC = {'id': '0e' * 16, 'name': 'mac', 'disk_format': 'qcow2'}
PATH = '/images/' + WIN['id']
ORDER = fakes.order(items=[fakes.item(WIN, 'pending')], kind='image.delete')


class RemovalTest(base.SDKTest):
    def test_delete_one(self):
        """I5"""
        self.cloud.answer('DELETE', PATH, ORDER)
        order = self.proxy.delete_image(WIN['id'])
        self.assertEqual('image.delete', order.kind)
        self.assertEqual(WIN['id'], order.work_items[0]['image_id'])

    def test_delete_what_is_gone(self):
        self.cloud.refuse('DELETE', PATH, 404, 'Gone.')
        self.assertIsNone(self.proxy.delete_image(WIN['id']))
        self.assertRaises(
            exceptions.NotFoundException,
            self.proxy.delete_image,
            WIN['id'],
            ignore_missing=False,
        )

    def test_delete_what_is_used(self):
        self.cloud.refuse('DELETE', PATH, 409, 'Used by pools class.')
        error = self.assertRaises(
            exceptions.ConflictException, self.proxy.delete_image, WIN['id']
        )
        self.assertIn('pools class', str(error))

    def test_several(self):
        """I6: one order, with an item for each."""
        for verb in ('delete', 'retire'):
            path = '/images/actions/' + verb
            self.cloud.answer('POST', path, ORDER)
            act = getattr(self.proxy, verb + '_images')
            self.assertEqual(ORDER['id'], act([WIN['id'], MAC['id']]).id)
            body = {'image_ids': [WIN['id'], MAC['id']]}
            self.assertEqual(
                ('POST', path, body), self.cloud.calls('POST')[-1]
            )

    def test_retire_and_restore(self):
        self.cloud.answer('POST', PATH + '/actions/retire', ORDER)
        self.assertEqual(ORDER['id'], self.proxy.retire_image(WIN['id']).id)
        back = WIN | {'status': 'active', 'retired_at': None}
        self.cloud.answer('POST', PATH + '/actions/restore', back)
        restored = self.proxy.restore_image(WIN['id'])
        self.assertEqual('active', restored.status)
