from oslotest import base

from clouddesk import exceptions
from clouddesk.conductor import fence
from clouddesk.tests.unit.conductor import fake_cloud


class FenceTest(base.BaseTestCase):
    def test_every_call_is_preceded_by_a_look_at_the_lease(self):
        world = fake_cloud.World()
        looks = []
        cloud = fence.Fenced(
            world.for_project('p'), lambda: looks.append(len(world.calls))
        )
        cloud.compute.list_servers(['a'])
        cloud.network.find_ports(['a'])
        cloud.volume.find_volumes('a')
        self.assertEqual([0, 1, 2], looks)

    def test_nothing_is_called_without_a_lease(self):
        world = fake_cloud.World()

        def lost():
            raise exceptions.LeaseLost(id='order')

        cloud = fence.Fenced(world.for_project('p'), lost)
        self.assertRaises(
            exceptions.LeaseLost, cloud.compute.delete_server, 'a'
        )
        self.assertEqual([], world.calls)
