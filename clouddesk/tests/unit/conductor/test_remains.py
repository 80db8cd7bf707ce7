import threading
from unittest import mock

from clouddesk import conf
from clouddesk import exceptions
from clouddesk import states
from clouddesk.cloud import captures
from clouddesk.cloud import naming
from clouddesk.cloud import types
from clouddesk.conductor import audit
from clouddesk.conductor import sweep
from clouddesk.db.api import image_builds
from clouddesk.tests.unit.db import base


class RemainsTest(base.DatabaseTestCase):
    """What is left of an image that nobody makes any longer goes."""

    def setUp(self):
        super().setUp()
        self.cloud = mock.Mock()
        self.rooms = mock.create_autospec(captures.Captures, instance=True)
        self.cloud.captures = self.rooms
        for listed in (
            self.cloud.compute.list_servers,
            self.cloud.network.list_ports,
            self.cloud.volume.list_volumes,
            self.cloud.floating_ips.of_project,
            self.rooms.list_snapshots,
            self.rooms.list_copies,
            self.rooms.list_images,
        ):
            listed.return_value = []
        self.now = 0.0
        self.broom = sweep.Sweep(
            lambda project_id: self.cloud,
            conf.CONF,
            threading.Event(),
            lambda: self.now,
        )

    def build(self):
        """A build whose builder is off."""
        build = {
            'name': 'win',
            'source_type': 'image',
            'source_id': 'image',
        }
        order = image_builds.create(base.ORDER, build, base.SPEC, 'builder')
        self.finish(order, status=states.OFF)
        return image_builds.get(order.subject_id)

    def left(self, build_id, ours=True):
        """A thing of each kind in the project."""
        marks = {naming.BUILD_KEY: build_id}
        self.rooms.list_snapshots.return_value = [
            types.Snapshot('s1', 'available', 'v', 1, build_id, ours)
        ]
        self.rooms.list_copies.return_value = [
            types.Volume('v1', 'available', build_id=build_id, ours=ours)
        ]
        self.rooms.list_images.return_value = [
            types.Image('i1', 'x', 'active', properties=marks)
        ]

    def swept(self):
        self.broom.run()
        self.now += conf.CONF.conductor.sweep_grace
        return self.broom.run()['removed']

    def test_of_a_build_that_nobody_works_on(self):
        self.left(self.build().id)
        self.assertEqual(3, self.swept())
        self.rooms.delete_snapshot.assert_called_once_with('s1')
        self.cloud.volume.delete.assert_called_once_with('v1')
        self.cloud.image.delete.assert_called_once_with('i1')

    def test_of_a_build_that_is_gone(self):
        build = self.build()
        self.remove_all(image_builds.discard(base.ORDER, build))
        self.left(build.id)
        self.assertEqual(3, self.swept())

    def test_not_while_it_is_made(self):
        build = self.build()
        image_builds.finish(base.ORDER, build, {})
        self.left(build.id)
        self.assertEqual(0, self.swept())

    def test_not_of_strangers(self):
        """Our own history must know the build."""
        self.build()
        self.left('another')
        self.assertEqual(0, self.swept())

    def test_images_where_there_are_no_volumes(self):
        """A cloud may do without Cinder."""
        self.left(self.build().id)
        away = exceptions.CloudError(service='Cinder', reason='away')
        self.rooms.list_snapshots.side_effect = away
        self.rooms.list_copies.side_effect = away
        self.assertEqual(1, self.swept())
        self.cloud.image.delete.assert_called_once_with('i1')

    def test_not_what_is_going_already(self):
        build_id = self.build().id
        self.left(build_id)
        self.rooms.list_copies.return_value = [
            types.Volume('v1', 'deleting', build_id=build_id)
        ]
        self.assertEqual(2, self.swept())
        self.cloud.volume.delete.assert_not_called()

    def audited(self, project_id='project'):
        auditor = audit.Audit(lambda _id: self.cloud, mock.Mock(), mock.Mock())
        return [
            each.kind
            for each in auditor.differences(project_id)
            if each.image_build_id
        ]

    def test_audit(self):
        """S46: what nobody makes is listed, whoever began it."""
        everything = ['remains_image', 'remains_snapshot', 'remains_volume']
        build = self.build()
        self.left(build.id)
        self.assertEqual(everything, self.audited())
        self.left('another')
        self.assertEqual(everything, self.audited())
        self.left(build.id, ours=False)
        self.assertEqual(['remains_image'], self.audited())

    def test_audit_while_it_is_made(self):
        """A build of another project explains nothing."""
        build = self.build()
        image_builds.finish(base.ORDER, build, {})
        self.left(build.id)
        self.assertEqual([], self.audited())
        self.assertEqual(3, len(self.audited('other')))

    def test_not_before_its_time(self):
        self.left(self.build().id)
        self.assertEqual(0, self.broom.run()['removed'])
        self.cloud.image.delete.assert_not_called()
