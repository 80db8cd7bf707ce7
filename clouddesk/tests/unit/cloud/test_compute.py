import base64
from unittest import mock

import ddt
from oslo_utils import uuidutils

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.cloud import compute
from clouddesk.tests.unit.cloud import base


class CreateServerTest(base.CloudTestCase):
    def test_user_data(self):
        """V17: Nova wants it in base64."""
        server = self.make_server(user_data='#!/bin/sh\necho 学\n')
        coded = self.emulator.nova.servers[server.id].user_data
        text = base64.b64decode(coded).decode()
        self.assertEqual('#!/bin/sh\necho 学\n', text)

    def test_public_key(self):
        """V15"""
        self.emulator.nova.key_pairs['my key/2'] = 'ssh-rsa A a\n'
        key = self.cloud.compute.get_public_key('my key/2')
        self.assertEqual('ssh-rsa A a\n', key)
        self.assertRaises(
            exceptions.CloudNotFound, self.cloud.compute.get_public_key, 'x'
        )

    def test_server_carries_the_marks_of_its_desktop(self):
        server = self.make_server()
        made = self.emulator.nova.servers[server.id]
        self.assertEqual(
            ['clouddesk', 'clouddesk:desktop:' + self.desktop_id], made.tags
        )
        self.assertEqual(
            {
                'clouddesk_desktop_id': self.desktop_id,
                'clouddesk_order_id': 'order',
            },
            made.metadata,
        )

    def test_one_call(self):
        port_id = self.make_port().id
        self.cloud.compute.find_server(self.desktop_id)
        with self.emulator.recorded() as calls:
            self.make_server(port_id=port_id)
        self.assertCalls(['POST /v2.1/servers'], calls)

    def test_answer_is_a_server_being_built(self):
        server = self.make_server()
        self.assertEqual('BUILD', server.status)
        self.assertEqual(self.desktop_id, server.desktop_id)
        self.assertEqual('order', server.order_id)

    def test_hostname_resembles_the_name(self):
        server = self.make_server(name='Ada_01')
        self.assertEqual(
            'ada-01', self.emulator.nova.servers[server.id].hostname
        )

    def test_boots_from_a_volume_that_outlives_it(self):
        volume = self.cloud.volume.create_from_image(
            self.desktop_id, 'disk', 4, self.school.image_id
        )
        server = self.make_server(volume_id=volume.id)
        self.assertEqual('in-use', self.cloud.volume.get(volume.id).status)
        self.cloud.compute.delete_server(server.id)
        self.cloud.compute.get_server(server.id)
        self.assertEqual('available', self.cloud.volume.get(volume.id).status)

    def test_further_disks(self):
        """M20: beside a disk of the hypervisor, and beside a volume."""
        volumes = [
            self.cloud.volume.create_from_image(
                self.desktop_id, 'disk', 4, self.school.image_id, disk=place
            )
            for place in range(2)
        ]
        for each in volumes:
            self.cloud.volume.get(each.id)
        system, data = volumes
        for extra in ({}, {'volume_id': system.id}):
            server = self.make_server(data_volumes=[data.id], **extra)
            made = self.emulator.nova.servers[server.id]
            self.assertEqual([data.id], made.data_volumes)
            self.assertEqual(extra.get('volume_id'), made.volume_id)
            self.cloud.compute.delete_server(server.id)
            self.cloud.compute.get_server(server.id)
        found = self.cloud.volume.get(data.id)
        self.assertEqual('available', found.status)

    def test_the_zone_is_passed_on(self):
        server = self.make_server(availability_zone='lab')
        made = self.emulator.nova.servers[server.id]
        self.assertEqual('lab', made.availability_zone)

    def test_quota(self):
        self.emulator.nova.instance_quota[self.school.project_id] = 0
        error = self.assertRaises(
            exceptions.CloudQuotaExceeded, self.make_server
        )
        self.assertIn('already used 0 of 0 instances', str(error))
        self.assertFalse(error.transient)

    def test_refusal_keeps_the_words_of_nova(self):
        error = self.assertRaises(
            exceptions.CloudError, self.make_server, image_id=self.desktop_id
        )
        self.assertIn('Can not find requested image', str(error))
        self.assertFalse(error.transient)

    def test_lost_answer_is_not_repeated(self):
        """Rule 3: a POST that may have been done is never sent again."""
        port_id = self.make_port().id
        self.emulator.fault('compute', 'POST', 'servers$', drop='after')
        error = self.assertRaises(
            exceptions.CloudError, self.make_server, port_id=port_id
        )
        self.assertTrue(error.transient)
        found = self.cloud.compute.find_server(self.desktop_id)
        self.assertEqual(
            list(self.emulator.nova.servers), [each.id for each in found]
        )


class HighAvailabilityTest(base.CloudTestCase):
    """V45: what Masakari goes by."""

    def test_switched_on_and_off(self):
        server = self.make_server()
        for wanted in (True, False):
            self.cloud.compute.set_high_availability(server.id, wanted)
            seen = self.cloud.compute.get_server(server.id)
            self.assertEqual(wanted, seen.high_availability)
        self.assertEqual(self.desktop_id, seen.desktop_id)

    def test_from_the_beginning(self):
        server = self.make_server(keep_running=True)
        seen = self.cloud.compute.get_server(server.id)
        self.assertTrue(seen.high_availability)


@ddt.ddt
class ReadServersTest(base.CloudTestCase):
    def test_what_a_server_shows(self):
        created = self.make_server()
        server = self.cloud.compute.get_server(created.id)
        self.assertEqual('ACTIVE', server.status)
        self.assertIsNone(server.task_state)
        self.assertEqual(1, server.power_state)
        self.assertEqual(self.school.project_id, server.project_id)
        self.assertEqual(self.desktop_id, server.desktop_id)
        self.assertEqual('order', server.order_id)
        self.assertEqual(
            [{'address': '10.0.0.2', 'version': 4, 'type': 'fixed'}],
            server.addresses,
        )

    def test_fault_text_is_kept_and_shortened(self):
        self.emulator.nova.fail_builds(message='No valid host.\n' + 'x' * 999)
        server = self.cloud.compute.get_server(self.make_server().id)
        self.assertEqual('ERROR', server.status)
        self.assertStartsWith('No valid host. xxx', server.fault_message)
        self.assertEqual(400, len(server.fault_message))

    def assertStartsWith(self, start, text):
        self.assertEqual(start, text[: len(start)])

    def test_missing_server(self):
        self.assertIsNone(self.cloud.compute.get_server(self.desktop_id))

    def test_find_by_desktop(self):
        server = self.make_server()
        self.make_server(uuidutils.generate_uuid())
        found = self.cloud.compute.find_server(self.desktop_id)
        self.assertEqual([server.id], [each.id for each in found])

    def test_find_shows_twins(self):
        port_id = self.make_port().id
        self.emulator.nova.build_seconds = None
        twins = {self.make_server(port_id=port_id).id for _ in range(2)}
        found = self.cloud.compute.find_server(self.desktop_id)
        self.assertEqual(twins, {each.id for each in found})

    def test_list_leaves_out_what_is_not_ours(self):
        server = self.make_server()
        alien = self.make_server(uuidutils.generate_uuid())
        self.emulator.nova.servers[alien.id].tags.clear()
        listed = self.cloud.compute.list_servers()
        self.assertEqual([server.id], [each.id for each in listed])

    def test_list_follows_the_pages(self):
        made = {
            self.make_server(uuidutils.generate_uuid()).id for _ in range(5)
        }
        self.emulator.nova.max_limit = 2
        with self.emulator.recorded() as calls:
            listed = self.cloud.compute.list_servers()
        self.assertEqual(made, {each.id for each in listed})
        self.assertEqual(3, len(calls))

    def test_one_call_for_a_project(self):
        self.make_server()
        with self.emulator.recorded() as calls:
            self.cloud.compute.list_servers()
        self.assertCalls(['GET /v2.1/servers/detail'], calls)

    @ddt.data((1, 1), (40, 1), (41, 2), (80, 2), (81, 1), (500, 1))
    @ddt.unpack
    def test_calls_for_many_desktops(self, desktops, expected):
        wanted = [uuidutils.generate_uuid() for _ in range(desktops)]
        server = self.make_server(wanted[-1])
        self.make_server(uuidutils.generate_uuid())
        with self.emulator.recorded() as calls:
            listed = self.cloud.compute.list_servers(wanted)
        self.assertEqual([server.id], [each.id for each in listed])
        self.assertEqual(expected, len(calls))

    def test_addresses_of_tag_queries_stay_short(self):
        """uWSGI refuses request lines above 4 KiB unless told otherwise."""
        wanted = [uuidutils.generate_uuid() for _ in range(compute._CHUNK)]
        with self.emulator.recorded() as calls:
            self.cloud.compute.list_servers(wanted)
        self.assertLess(len(calls[0].query), 3000)

    def test_cell_that_is_down(self):
        """Nova shows only id, status and project of such a server."""
        answer = {'id': 'one', 'status': 'UNKNOWN', 'tenant_id': 'p'}
        server = compute._server(answer)
        self.assertEqual('UNKNOWN', server.status)
        self.assertEqual([], server.addresses)


@ddt.ddt
class ActOnServersTest(base.CloudTestCase):
    def setUp(self):
        super().setUp()
        self.server_id = self.make_server().id

    def status(self):
        return self.cloud.compute.get_server(self.server_id).status

    def test_stop_and_start(self):
        self.cloud.compute.stop(self.server_id)
        self.assertEqual('SHUTOFF', self.status())
        self.cloud.compute.start(self.server_id)
        self.assertEqual('ACTIVE', self.status())

    @ddt.data((False, 'REBOOT'), (True, 'HARD_REBOOT'))
    @ddt.unpack
    def test_reboot(self, hard, status):
        """V24"""
        self.emulator.nova.action_seconds = None
        self.cloud.compute.reboot(self.server_id, hard)
        self.assertEqual(status, self.status())

    def test_one_call_at_an_explicit_microversion(self):
        with self.emulator.recorded() as calls:
            self.cloud.compute.stop(self.server_id)
        path = 'POST /v2.1/servers/%s/action' % self.server_id
        self.assertCalls([path], calls)

    def test_wrong_state_is_a_conflict(self):
        error = self.assertRaises(
            exceptions.CloudConflict, self.cloud.compute.start, self.server_id
        )
        self.assertIn('while it is in vm_state active', str(error))
        self.assertFalse(error.transient)

    def test_missing_server(self):
        error = self.assertRaises(
            exceptions.CloudNotFound, self.cloud.compute.stop, self.desktop_id
        )
        self.assertIn(self.desktop_id, str(error))

    @ddt.data(429, 500, 502, 503, 504)
    def test_trouble_is_transient_and_not_repeated(self, status):
        fault = self.emulator.fault(
            'compute', 'POST', 'action$', status=status, times=None
        )
        error = self.assertRaises(
            exceptions.CloudError, self.cloud.compute.stop, self.server_id
        )
        self.assertTrue(error.transient)
        self.assertEqual(1, fault.hits)

    def test_lost_answer_is_transient(self):
        self.emulator.fault('compute', 'POST', 'action$', drop='after')
        error = self.assertRaises(
            exceptions.CloudError, self.cloud.compute.stop, self.server_id
        )
        self.assertTrue(error.transient)
        self.assertEqual('SHUTOFF', self.status())

    def test_console(self):
        """V30"""
        console = self.cloud.compute.console(self.server_id)
        self.assertEqual(('novnc', 'vnc'), (console.type, console.protocol))
        self.assertIn('token', console.url)
        self.assertNotIn('token', repr(console))

    def test_console_that_nova_does_not_offer(self):
        error = self.assertRaises(
            exceptions.CloudError,
            self.cloud.compute.console,
            self.server_id,
            'serial',
        )
        self.assertIn('Unavailable console type serial', str(error))

    def test_rename_keeps_the_hostname(self):
        """V36"""
        self.cloud.compute.rename(self.server_id, '王老师')
        made = self.emulator.nova.servers[self.server_id]
        self.assertEqual('王老师', made.name)
        self.assertEqual('ada', made.hostname)

    def test_delete(self):
        self.assertTrue(self.cloud.compute.delete_server(self.server_id))
        self.assertIsNone(self.cloud.compute.get_server(self.server_id))

    def test_delete_of_what_is_gone(self):
        self.emulator.nova.destroy(self.server_id)
        self.assertFalse(self.cloud.compute.delete_server(self.server_id))


class ZoneTest(base.CloudTestCase):
    def test_zones_that_take_servers(self):
        self.emulator.nova.zones = {'nova': True, 'lab': False}
        self.assertTrue(self.cloud.compute.has_zone('nova'))
        for name in ('lab', 'Nova', ''):
            self.assertFalse(self.cloud.compute.has_zone(name), name)


class FlavorTest(base.CloudTestCase):
    def test_by_id_and_by_name(self):
        by_id = self.cloud.compute.get_flavor(self.school.flavor_id)
        by_name = self.cloud.compute.get_flavor('m1.desk')
        self.assertEqual(by_id, by_name)
        self.assertEqual(
            (1, 128, 1, {}),
            (by_id.vcpus, by_id.ram, by_id.disk, by_id.extra_specs),
        )

    def test_missing(self):
        error = self.assertRaises(
            exceptions.CloudNotFound, self.cloud.compute.get_flavor, 'huge'
        )
        self.assertIn('flavor huge', str(error))

    def test_name_that_is_no_path(self):
        self.assertRaises(
            exceptions.CloudNotFound,
            self.cloud.compute.get_flavor,
            '../servers?x=/#',
        )

    def test_connection_is_not_made_before_it_is_needed(self):
        with mock.patch.object(
            cloud.session, 'connection', autospec=True
        ) as connection:
            cloud.Cloud(mock.sentinel.session)
        connection.assert_not_called()
