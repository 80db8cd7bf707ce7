from clouddesk.tests.cloud import base


class DesktopTest(base.CloudTest):
    def test_a_desktop_on_a_volume(self):
        """V1, V14: it tells what it owns in the cloud."""
        if not self.has_volumes():
            self.skipTest('the cloud has no Cinder')
        name = self.name()
        shown = self.json(
            'create', name, *base.SPEC, '--boot-from-volume', '1', '--wait'
        )
        self.assertEqual('running', shown['status'])
        (volume,) = self.volumes([shown['id']])
        self.assertEqual(shown['volume_id'], volume.id)
        self.assertEqual('in-use', volume.status)
        (server,) = self.servers([shown['id']])
        self.assertEqual(server.id, volume.attachments[0]['server_id'])
        self.openstack('delete', name, '--wait')
        self.openstack('show', shown['id'], code=1)
        self.assertNothingLeft([shown['id']])

    def test_the_network_is_chosen(self):
        """V21: none was given. V32, V36: a new name, a note."""
        name = self.name()
        shown = self.json(
            'create', name, *base.SPEC[:4], '--note', 'for Ada', '--wait'
        )
        self.assertEqual('running', shown['status'])
        self.assertIsNotNone(shown['network_id'])
        self.assertEqual('for Ada', shown['note'])
        self.openstack('set', name, '--name', name + '_x')
        self.assertEqual(name + '_x', self.json('show', shown['id'])['name'])
        (row,) = self.json('list', '--query', shown['addresses'][0]['address'])
        self.assertEqual(shown['id'], row['ID'])
