import uuid

from clouddesk.tests.cloud import base

MANAGER = base.setting('MANAGER_CLOUD', base.MEMBER + '-manager')


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
        name = self.name()
        compute = self.connection.compute
        orphan = compute.create_server(
            name=name,
            image_id=self.connection.image.find_image(base.IMAGE).id,
            flavor_id=compute.find_flavor(base.FLAVOR).id,
            networks='none',
            metadata={'clouddesk_desktop_id': str(uuid.uuid4())},
            tags=['clouddesk'],
        )
        self.addCleanup(self.delete_server, orphan.id)
        compute.wait_for_server(orphan, wait=base.PATIENCE)
        difference = self.difference('Resource ID', orphan.id)
        self.assertEqual('orphan_server', difference['Kind'])
        self.assertEqual('repaired', self.repair(difference)['Verdict'])
        compute.wait_for_delete(orphan, wait=base.PATIENCE)

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
