"""Images that somebody deleted in Glance."""

import ddt

from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.conductor import vanished
from clouddesk.db.api import image_orders
from clouddesk.db.api import images
from clouddesk.db.api import secrets
from clouddesk.tests.unit.conductor import base


@ddt.ddt
class VanishedTest(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.loop = vanished.Vanished(self.world.for_project)
        self.put('there')
        self.remember('there')

    def put(self, id_):
        self.world.images[id_] = types.Image(id_, id_, 'active')

    def remember(self, id_, **values):
        return images.update(images.Known(id_, base.PROJECT, id_), values)

    def known(self):
        return {row.id for row in images.free(99, None)}

    def away(self, verb):
        self.world.fail(
            verb,
            exceptions.CloudError(
                service='Glance', reason='503', transient=True
            ),
        )

    def test_it_is_forgotten(self):
        """I7: and its password is for the next purge."""
        reference = secrets.add(base.PROJECT, 'sealed')
        self.remember('gone', login_user='ada', secret_ref=reference)
        self.assertEqual({'forgotten': 1, 'failed': 0}, self.loop.run())
        self.assertEqual({'there'}, self.known())
        self.assertEqual({reference: 'sealed'}, secrets.unused(-60, 9))

    @ddt.data('get_images', 'get_image')
    def test_not_while_glance_is_away(self, verb):
        self.remember('gone')
        self.away(verb)
        self.assertEqual(0, self.loop.run()['forgotten'])
        self.assertIn('gone', self.known())
        self.assertEqual(1, self.loop.run()['forgotten'])

    def test_not_when_only_the_list_lacks_it(self):
        """The list of one who is no admin lacks images of others."""
        self.remember('gone')
        self.put('gone')
        self.world.unlisted.add('gone')
        self.assertEqual(0, sum(self.loop.run().values()))
        self.assertIn('gone', self.known())

    def test_not_while_an_order_holds_it(self):
        known = images.Known('gone', base.PROJECT, 'gone')
        image_orders.act(base.ORDER, 'image.delete', [known], {})
        self.assertEqual(0, sum(self.loop.run().values()))
        self.assertIsNotNone(images.find('gone'))

    def test_not_while_a_desktop_may_need_its_account(self):
        """V38: it was made from the image."""
        self.remember('gone')
        self.create(spec=base.SPEC | {'image_id': 'gone'})
        self.assertEqual(0, sum(self.loop.run().values()))
        self.assertIn('gone', self.known())

    def test_a_round_has_an_end(self):
        """The next one goes on behind what was looked at."""
        self.patch(vanished, '_ROUND', 4)
        self.patch(vanished, '_CHUNK', 2)
        for number in range(7):
            self.remember('gone%d' % number)
        found = [self.loop.run()['forgotten'] for _each in range(3)]
        self.assertEqual([4, 3, 0], found)
        self.assertEqual({'there'}, self.known())
