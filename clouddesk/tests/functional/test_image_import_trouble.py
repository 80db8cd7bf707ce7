"""Images whose bytes came, and then something else went wrong."""

import time
from unittest import mock

import fixtures

from clouddesk.tests.fixtures import disks
from clouddesk.tests.functional import test_image_import as base

#: Calls of Glance that the service makes for a command.
SHOW = '/images/[0-9a-f-]+$'
DATA = '/images/[0-9a-f-]+/file$'


class TroubleTestCase(base.ImportTestCase):
    def setUp(self):
        super().setUp()
        # Nobody waits for the next attempt.
        patient = mock.Mock(wraps=time, sleep=lambda _seconds: None)
        self.useFixture(
            fixtures.MonkeyPatch('keystoneauth1.session.time', patient)
        )

    def away(self, path):
        """A Glance that does not come back while a command waits for it."""
        return self.cloud.fault(
            'image', method='GET', path=path, status=503, times=None
        )

    def left(self):
        """The one image that a command left."""
        (image_id,) = set(self.glance.images) - self.before
        return self.glance.images[image_id]


class UploadTest(TroubleTestCase):
    def setUp(self):
        super().setUp()
        self.path = self.file('a', disks.qcow2())

    def test_the_answer_is_lost(self):
        """M7: the checksum says that the bytes came."""
        self.cloud.fault('image', method='PUT', drop='after')
        image = self.made('--file %s' % self.path)
        self.assertEqual('active', image['status'])

    def test_a_proxy_gives_up(self):
        """M7: what Glance still saves is not deleted."""

        def go_on():
            self.left()['status'] = 'saving'

        self.cloud.fault('image', method='PUT', status=504, callback=go_on)
        _out, err = self.create('--file %s' % self.path, 1)
        self.assertIn('Injected by the test', err)
        self.assertIn('openstack desktop image show', err)
        self.assertEqual('saving', self.left()['status'])

    def test_glance_gives_up(self):
        """M7: what it has nothing of is deleted."""
        self.cloud.fault('image', method='PUT', status=502)
        _out, err = self.create('--file %s' % self.path, 1)
        self.assertIn('502', err)
        self.assertIn('nothing is left', err)
        self.assert_nothing_left()


class CheckTest(TroubleTestCase):
    def test_it_fails_once(self):
        """M7, T12: a passing error is bridged."""
        path = self.file('a', disks.qcow2())
        fault = self.cloud.fault('image', method='GET', path=DATA, status=503)
        self.assertEqual('active', self.made('--file %s' % path)['status'])
        self.assertEqual(1, fault.hits)

    def test_it_fails_for_ever(self):
        """M7: what has come is kept, and the check made up for later."""
        path = self.file('a', disks.qcow2())
        fault = self.away(DATA)
        _out, err = self.create('--file %s' % path, 1)
        image = self.left()
        self.assertEqual(disks.qcow2(), self.glance.data[image['id']])
        self.assertIn('openstack desktop image check ' + image['id'], err)
        fault.times = 0
        self.openstack('check ' + image['id'])

    def test_a_store_that_cannot_tell(self):
        """M7: a footer cannot be read there, and is no reason to delete."""
        self.glance.gives_ranges = False
        footer = b'\0' * (9 * base.MIB) + disks.vmdk_footer()
        path = self.file('a', disks.vmdk('streamOptimized', footer=footer))
        _out, err = self.create('--file %s' % path, 1)
        self.assertIn('random data', err)
        self.assertEqual('active', self.left()['status'])


class FetchedTest(TroubleTestCase):
    def test_it_cannot_be_followed_for_a_moment(self):
        """M7: an image that Glance still fetches is not deleted."""
        self.glance.sources[base.URI] = disks.qcow2()
        fault = self.cloud.fault(
            'image', method='GET', path=SHOW, status=503, skip=1
        )
        image = self.made("--uri '%s' --disk-format qcow2" % base.URI)
        self.assertEqual('active', image['status'])
        self.assertEqual(1, fault.hits)


class FilledTest(TroubleTestCase):
    def test_other_bytes_come(self):
        """M7: they are not what the image was made for, and nobody's."""
        image_id = self.create('--disk-format raw')[0].strip()
        put = self.glance.put_data
        self.glance.put_data = lambda id_, data: put(id_, data[:-1] + b'x')
        path = self.file('a', disks.raw(base.MIB))
        _out, err = self.openstack('import %s --file %s' % (image_id, path), 1)
        self.assertIn('is not what was sent', err)
        self.assertIn('is deactivated', err)
        self.assertNotIn('as it was', err)
        self.assertEqual('deactivated', self.glance.images[image_id]['status'])

    def test_it_cannot_be_looked_at(self):
        """M7: good bytes stay in use, and how to look at them is told."""
        image_id = self.create('--disk-format qcow2')[0].strip()
        path = self.file('a', disks.qcow2())
        self.away(DATA)
        _out, err = self.openstack('import %s --file %s' % (image_id, path), 1)
        self.assertIn('openstack desktop image check ' + image_id, err)
        self.assertEqual('active', self.glance.images[image_id]['status'])
