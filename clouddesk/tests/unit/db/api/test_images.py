from clouddesk import exceptions
from clouddesk.db import models
from clouddesk.db.api import image_orders
from clouddesk.db.api import images
from clouddesk.db.api import subjects
from clouddesk.tests.unit.db import base

WIN = images.Known('win', 'project', 'win11')
MAC = images.Known('mac', 'project', 'mac')


class RowTest(base.DatabaseTestCase):
    def test_made_when_first_needed(self):
        self.assertIsNone(images.find('win'))
        row = images.update(WIN, {})
        self.assertEqual(('win11', 'project'), (row.name, row.project_id))
        self.assertIsNone(row.work_order_id)
        again = images.update(images.Known('win', 'project', 'other'), {})
        self.assertEqual('other', again.name)
        images.update(images.Known('win', 'project'), {})
        self.assertEqual('other', images.find('win').name)
        images.rename('win', 'third')
        self.assertEqual('third', images.find('win').name)
        self.assertEqual({'win'}, set(images.by_id(['win', 'mac'])))

    def test_made_by_all_at_once(self):
        """Two requests need the row of one image."""
        calls = [lambda: images.update(WIN, {})] * 4
        results = self.at_once(*calls)
        self.assertEqual(['answers'], list(results))
        self.assertEqual(1, self.count(models.Image))

    def test_columns(self):
        images.update(WIN, {'format': 'qcow2'})
        self.assertEqual('qcow2', images.find('win').format)

    def test_one_that_is_held_is_not_removed(self):
        image_orders.act(base.ORDER, 'image.retire', [WIN], {})
        images.remove('win')
        self.assertIsNotNone(images.find('win'))
        images.update(MAC, {})
        images.remove('mac')
        self.assertIsNone(images.find('mac'))

    def test_retired_ones_in_pages(self):
        for known in (WIN, MAC):
            row = images.update(known, {})
            images.update(known, {'retired_at': row.created_at})
        self.assertEqual(['mac'], [i.id for i in images.retired(1, None)])
        self.assertEqual(['win'], [i.id for i in images.retired(9, 'mac')])
        image_orders.act(base.ORDER, 'image.delete', [WIN], {})
        self.assertEqual(['mac'], [i.id for i in images.retired(9, None)])
        self.assertEqual(['mac'], [i.id for i in images.free(9, None)])


class OrderTest(base.DatabaseTestCase):
    def test_all_at_once_take_one_image(self):
        """I6: one of several requests gets the image."""
        results = self.at_once(
            *[lambda: image_orders.act(base.ORDER, 'image.delete', [WIN], {})]
            * 4
        )
        self.assertEqual(1, len(results['answers']))
        self.assertEqual(3, len(results[exceptions.ImageBusy]))
        order = results['answers'][0]
        self.assertEqual({'win'}, set(subjects.held_by(order)))

    def retired(self):
        row = images.update(WIN, {})
        images.update(WIN, {'retired_at': row.created_at})

    def delete_retired(self):
        still = images.still_retired('win')
        return image_orders.act(
            base.ORDER, 'image.delete', [WIN], {}, first=still
        )

    def test_a_retired_one_is_deleted_once(self):
        """H14: of several conductors one orders it."""
        self.retired()
        results = self.at_once(*[self.delete_retired] * 4)
        (order,) = results['answers']
        self.assertEqual({'win'}, set(subjects.held_by(order)))
        self.assertEqual(3, len(results[exceptions.Conflict]))

    def test_a_conductor_is_late(self):
        """H14: what was deleted, or is to stay, is not deleted again."""
        self.retired()
        images.unretire('win')
        self.assertRaises(exceptions.Conflict, self.delete_retired)
        self.assertIsNotNone(images.find('win'))
        images.remove('win')
        self.assertRaises(exceptions.Conflict, self.delete_retired)
        self.assertEqual(0, self.count(models.Image))
        self.assertEqual(0, self.count(models.WorkOrder))

    def test_a_refusal_takes_everything_back(self):
        refusals = {'win': exceptions.ImagePublic(name='win11')}
        self.assertRaises(
            exceptions.ImagePublic,
            image_orders.act,
            base.ORDER,
            'image.delete',
            [WIN],
            refusals,
        )
        self.assertEqual(0, self.count(models.Image))
        self.assertEqual(0, self.count(models.WorkOrder))

    def test_several_are_refused(self):
        """I6: all of them are named."""
        refusals = {
            'win': exceptions.NotFound(kind='image', id='win'),
            'mac': exceptions.ImagePublic(name='mac'),
        }
        error = self.assertRaises(
            exceptions.NotFound,
            image_orders.act,
            base.ORDER,
            'image.delete',
            [WIN, MAC],
            refusals,
        )
        codes = [each['code'] for each in error.details['images']]
        self.assertEqual(['not_found', 'image_public'], codes)
