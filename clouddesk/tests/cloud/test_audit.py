import pathlib
import uuid

import fixtures
import requests

from clouddesk.tests.cloud import base

MANAGER = base.setting('MANAGER_CLOUD', base.MEMBER + '-manager')
ADMIN = base.setting('ADMIN_CLOUD', 'admin')

#: As other systems do by themselves: configure a card that was plugged in.
WATCH = """#!/bin/sh
(while sleep 1; do
    [ -n "$(ip -4 -o addr show eth0)" ] || {
        ip link set eth0 up
        udhcpc -i eth0 -s /etc/udhcpc.sh -n -q -t 8 -T 1
    }
done) >/dev/null 2>&1 &
"""


class AuditTest(base.CloudTest):
    """What clouddesk and the cloud disagree about is found and repaired."""

    def test_a_server_deleted_behind_our_back(self):
        name = self.name()
        self.openstack('create', name, *base.SPEC, '--wait')
        before = self.proxy.find_desktop(name)
        self.delete_server(before.server_id)
        difference = self.difference('Desktop', name)
        self.assertEqual('vanished_server', difference['Kind'])
        verdict = self.repair(difference)
        self.assertEqual('ordered', verdict['Verdict'])
        self.finished(verdict['Work Order ID'])
        now = self.proxy.get_desktop(before.id)
        self.assertEqual('running', now.status)
        self.assertNotEqual(before.server_id, now.server_id)

    def test_an_orphan_made_by_hand(self):
        """With the marks of this installation, else it is none of its own."""
        name = self.name()
        self.openstack('create', name, *base.SPEC, '--wait')
        compute = self.connection.compute
        ours = compute.get_server(self.proxy.find_desktop(name).server_id)
        orphan = compute.create_server(
            name=self.name(),
            image_id=self.connection.image.find_image(base.IMAGE).id,
            flavor_id=compute.find_flavor(base.FLAVOR).id,
            networks='none',
            metadata=ours.metadata | {'clouddesk_desktop_id': _new_id()},
            tags=['clouddesk'],
        )
        self.addCleanup(self.delete_server, orphan.id)
        compute.wait_for_server(orphan, wait=base.PATIENCE)
        difference = self.difference('Resource ID', orphan.id)
        self.assertEqual('orphan_server', difference['Kind'])
        self.assertEqual('repaired', self.repair(difference)['Verdict'])
        compute.wait_for_delete(orphan, wait=base.PATIENCE)

    def test_a_port_deleted_behind_our_back(self):
        """The guest goes on: same server, disk and address, no boot."""
        name, folder = self.name(), self.useFixture(fixtures.TempDir()).path
        watch = pathlib.Path(folder, 'watch')
        watch.write_text(WATCH)
        self.openstack(
            *('create', name, *base.SPEC, '--wait'),
            *('--floating-network', base.EXTERNAL),
            *('--remote-access', 'rdp', '--user-data', str(watch)),
        )
        before = self.proxy.find_desktop(name)
        page = self.until(lambda: self.page(before), 'the desktop')
        self.connect(ADMIN).network.delete_port(before.port_id)
        difference = self.difference('Resource ID', before.port_id)
        self.assertEqual('vanished_port', difference['Kind'])
        self.finished(self.repair(difference)['Work Order ID'])
        now = self.proxy.get_desktop(before.id)
        self.assertNotEqual(before.port_id, now.port_id)
        for same in ('server_id', 'addresses', 'status'):
            self.assertEqual(getattr(before, same), getattr(now, same), same)
        again = self.until(lambda: self.page(now), 'the desktop again')
        self.assertEqual(page, again)
        self.openstack('delete', name, '--wait')

    def page(self, desktop):
        """What its guest shows: its address, and that it booted once."""
        at = {each['type']: each['address'] for each in desktop.addresses}
        try:
            found = requests.get(
                'http://%s:%d/index.html' % (at['floating'], base.PORT),
                timeout=5,
            )
        except requests.RequestException:
            return ''
        shown = '%s/' % at['fixed'] in found.text and 'boots=1' in found.text
        return found.text if shown else ''

    def delete_server(self, server_id):
        compute = self.connection.compute
        server = compute.find_server(server_id)
        if server is not None:
            compute.delete_server(server)
            compute.wait_for_delete(server, wait=base.PATIENCE)

    def difference(self, column, value):
        """The one difference about a thing, once it is seen."""
        (found,) = self.until(
            lambda: [row for row in self.audit() if row[column] == value],
            'the difference',
        )
        return found

    def repair(self, difference):
        (verdict,) = self.audit(difference['ID'], '--repair', '--yes')
        return verdict

    def audit(self, *words):
        return self.json('audit', *words, cloud=MANAGER)


def _new_id():
    return str(uuid.uuid4())
