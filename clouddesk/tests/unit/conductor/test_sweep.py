import dataclasses
import threading
from unittest import mock

from clouddesk import conf
from clouddesk import db
from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.conductor import sweep
from clouddesk.db import models
from clouddesk.db.api import desktops
from clouddesk.tests.unit.conductor import base


class SweepTest(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.config(group='conductor', sweep_grace=100)
        self.sweep = sweep.Sweep(
            self.world.for_project,
            conf.CONF,
            threading.Event(),
            lambda: self.clock.now,
        )
        self.ids = self.built(2, base.VOLUME_SPEC)
        self.whole = set(self.world.things)

    def rounds(self):
        """Two rounds with the grace time between them."""
        self.sweep.run()
        self.clock.now += 101
        counts = self.sweep.run()
        self.world.tick()
        return counts

    def put(self, thing):
        self.world.put(thing, base.PROJECT)

    def port(self, desktop_id, id_='port', **more):
        self.put(types.Port(id=id_, name='x', desktop_id=desktop_id, **more))

    def volume(self, desktop_id, id_='volume', status='available'):
        self.put(types.Volume(id=id_, status=status, desktop_id=desktop_id))

    def assertOnly(self, *extra):
        self.assertEqual(self.whole | set(extra), set(self.world.things))

    def deleted(self):
        """A desktop that was deleted, by its id."""
        ids = self.built()
        self.work(self.act('delete', ids))
        return ids[0]

    def test_what_belongs_to_desktops_stays(self):
        counts = self.rounds()
        self.assertEqual(0, counts['suspected'])
        self.assertOnly()

    def test_further_disks_are_no_twins(self):
        """M20: but what stands in for one of them is."""
        disks = [{'image_id': 'tools', 'size': 2}]
        spec = base.VOLUME_SPEC | {'data_disks': disks}
        (desktop_id,) = self.built(1, spec)
        self.whole = set(self.world.things)
        self.assertEqual(0, self.rounds()['suspected'])
        self.put(
            types.Volume('twin', 'available', desktop_id=desktop_id, disk=1)
        )
        # Nobody says that the desktop has a second one.
        self.put(
            types.Volume('other', 'available', desktop_id=desktop_id, disk=2)
        )
        self.assertEqual(1, self.rounds()['suspected'])
        self.assertOnly('other')

    def test_twins_go(self):
        self.put(base.server(self.ids[0], 'twin'))
        self.port(self.ids[0])
        self.volume(self.ids[0])
        self.assertEqual(3, self.rounds()['removed'])
        self.assertOnly()

    def test_orphans_go(self):
        gone = self.deleted()
        self.put(base.server(gone, 'orphan'))
        self.port(gone)
        self.volume(gone)
        self.assertEqual(3, self.rounds()['removed'])
        self.assertOnly()

    def test_those_of_another_installation_stay(self):
        """Its tables may be a copy of ours, with the same desktops."""
        gone = self.deleted()
        server = base.server(gone, 'theirs')
        self.put(dataclasses.replace(server, ours=False))
        self.port(gone, ours=False)
        self.port(self.ids[0], 'twin', ours=False)
        self.assertEqual(0, self.rounds()['suspected'])
        self.assertOnly('theirs', 'port', 'twin')

    def test_floating_ips(self):
        """T7: an orphan goes, even from a port that is one too."""
        gone = self.deleted()
        self.port(gone, 'loose')
        self.port(gone, 'busy', device_id='server')
        for id_, port_id in (
            ('free', None),
            ('on-loose', 'loose'),
            ('on-busy', 'busy'),
            ('on-the-port-of-somebody', 'web'),
        ):
            self.put(
                types.FloatingIP(
                    id=id_,
                    address='172.24.4.9',
                    network_id='public',
                    port_id=port_id,
                    desktop_id=gone,
                )
            )
        self.assertEqual(3, self.rounds()['removed'])
        self.assertOnly('busy', 'on-busy', 'on-the-port-of-somebody')

    def test_a_cloud_without_floating_ips(self):
        self.port(self.deleted())
        error = exceptions.CloudError(service='Neutron', reason='404')
        self.world.fail('list_floating_ips', error, times=2)
        self.assertEqual(1, self.rounds()['removed'])
        self.assertOnly()

    def test_the_row_has_the_last_word(self):
        """What it says may change while other things are removed."""
        self.put(base.server(self.ids[0], 'first'))
        self.port(self.ids[0])
        self.sweep.run()
        self.clock.now += 101

        def meanwhile(verb, when):
            if (verb, when) == ('delete_server', 'after'):
                self.world.watch = lambda verb, when: None
                self.act('stop', self.ids[:1])

        self.world.watch = meanwhile
        self.assertEqual(1, self.sweep.run()['removed'])
        self.world.tick()
        self.assertOnly('port')

    def test_a_thing_that_its_row_took_meanwhile_stays(self):
        self.port(self.ids[0])
        self.sweep.run()
        self.clock.now += 101

        listed = sweep._leftovers

        def leftovers(cloud):
            found = listed(cloud)
            with db.writer() as session:
                row = session.get_one(models.Desktop, self.ids[0])
                row.port_id = 'port'
            return found

        with mock.patch.object(sweep, '_leftovers', leftovers):
            self.assertEqual(0, self.sweep.run()['removed'])
        self.assertOnly('port')

    def test_not_before_the_grace_time(self):
        self.put(base.server(self.ids[0], 'twin'))
        self.sweep.run()
        self.clock.now += 99
        counts = self.sweep.run()
        self.assertEqual(1, counts['suspected'])
        self.assertEqual(0, counts['removed'])
        self.assertOnly('twin')

    def test_the_grace_time_begins_anew_after_a_change(self):
        self.put(base.server(self.ids[0], 'twin'))
        self.sweep.run()
        self.clock.now += 99
        self.world.change('twin', desktop_id=self.ids[1])
        self.sweep.run()
        self.clock.now += 2
        self.assertEqual(0, self.sweep.run()['removed'])
        self.assertOnly('twin')

    def test_another_installation_in_the_same_cloud_is_safe(self):
        self.put(base.server('somebody-elses-desktop', 'theirs'))
        self.port('somebody-elses-desktop')
        self.volume('somebody-elses-desktop')
        self.assertEqual(0, self.rounds()['suspected'])
        self.assertOnly('theirs', 'port', 'volume')

    def test_servers_without_our_mark_are_safe(self):
        self.put(base.server(None, 'theirs'))
        self.assertEqual(0, self.rounds()['suspected'])
        self.assertOnly('theirs')

    def test_what_an_order_works_on_is_safe(self):
        self.put(base.server(self.ids[0], 'twin'))
        self.act('stop', self.ids[:1])
        self.assertEqual(0, self.rounds()['suspected'])
        self.assertOnly('twin')

    def test_a_build_under_way_is_safe(self):
        order_id = self.create(2)
        self.die(order_id, 12)
        things = set(self.world.things)
        self.assertEqual(0, self.rounds()['suspected'])
        self.assertEqual(things, set(self.world.things))

    def test_the_only_server_is_never_a_twin(self):
        """The row names a server that is not there; this may be its own."""
        server_id = self.desktop(self.ids[0]).server_id
        self.world.vanish(server_id)
        self.whole.discard(server_id)
        self.put(base.server(self.ids[0], 'other'))
        self.assertEqual(0, self.rounds()['suspected'])
        self.assertOnly('other')

    def test_what_a_failed_build_left_waits_for_retry(self):
        self.world.fail(
            'create_server',
            exceptions.CloudQuotaExceeded(service='N', reason='full'),
            late=True,
        )
        order_id = self.create()
        self.work(order_id)
        (desktop_id,) = self.ids_of(order_id)
        self.assertIsNone(self.desktop(desktop_id).server_id)
        self.assertEqual(0, self.rounds()['suspected'])
        self.assertEqual(1, len(self.world.servers(desktop_id)))

    def test_what_is_in_use_is_safe(self):
        self.port(self.ids[0], device_id='some-server')
        self.volume(self.ids[0], status='in-use')
        self.assertEqual(0, self.rounds()['suspected'])
        self.assertOnly('port', 'volume')

    def test_one_failure_does_not_keep_the_rest(self):
        self.put(base.server(self.ids[0], 'twin'))
        self.port(self.ids[0])
        self.sweep.run()
        self.clock.now += 101
        self.world.fail(
            'delete_server', exceptions.CloudError(service='N', reason='no')
        )
        self.assertEqual(1, self.sweep.run()['removed'])
        self.assertOnly('twin')

    def test_a_project_that_refuses_is_counted(self):
        self.world.forbidden.add(base.PROJECT)
        self.assertEqual(1, self.sweep.run()['failed'])

    def test_a_cloud_without_volumes(self):
        self.put(base.server(self.ids[0], 'twin'))
        error = exceptions.CloudError(service='Cinder', reason='none')
        self.world.fail('list_volumes', error, times=2)
        self.assertEqual(1, self.rounds()['removed'])

    def test_rows_may_vanish_and_orphans_of_old_orders_stay(self):
        """Without history nobody knows whose it was."""
        gone = self.deleted()
        self.put(base.server(gone, 'orphan'))
        self.forget_history()
        self.assertEqual(0, self.rounds()['suspected'])
        self.assertOnly('orphan')
        self.assertEqual(2, len(desktops.get_many(self.ids)))
