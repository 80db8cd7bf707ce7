"""What the functional tests do not reach: contradictions and volumes."""

import hashlib
from unittest import mock

import ddt
import fixtures

from clouddesk.osc import image_filling
from clouddesk.osc import image_transfer
from clouddesk.osc import image_volume
from clouddesk.tests.fixtures import disks
from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

WIN = fakes.image()
PATH = '/images/' + WIN['id']
PASSED = {'status': 'passed', 'message': ''}


class ImageCreateTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.useFixture(
            fixtures.MonkeyPatch('clouddesk.osc.image_filling.INTERVAL', 0)
        )
        self.cloud.answer('GET', PATH, WIN)
        self.cloud.answer('POST', PATH + '/actions/check', PASSED)

    def file(self, data=disks.qcow2()):
        path = self.useFixture(fixtures.TempDir()).join('disk')
        with open(path, 'wb') as file:
            file.write(data)
        return path


@ddt.ddt
class OptionsTest(ImageCreateTest):
    @ddt.data(
        '--file a --uri b',
        '--file a --volume b',
        '--uri a --volume b',
        '--import-method web-download --file a',
        '--uri a --import',
        '--volume a --checksum b',
    )
    def test_contradictions(self, options):
        """T3: told before anything is made."""
        self.complain('desktop image create win11 ' + options)
        self.assertEqual([], self.cloud.calls('POST'))

    def test_nothing_to_fill_it_with(self):
        """T3: it waits, and how to go on is told."""
        call = self.cloud.answer('POST', '/images', WIN)
        _code, _out, err = self.openstack(
            'desktop image create win11 --min-ram 5 --community --id x '
            '--tag lab --tag lab'
        )
        self.assertIn('desktop image import ' + WIN['id'], err)
        self.assertEqual(
            {
                'name': 'win11',
                'min_ram': 5,
                'visibility': 'community',
                'id': 'x',
                'tags': ['lab'],
            },
            call.last_request.json(),
        )

    def test_an_unknown_checksum(self):
        path = self.file()
        for told in ('abc', 'crc99:abc'):
            self.complain(
                'desktop image create a --file %s --checksum %s' % (path, told)
            )
        self.assertEqual([], self.cloud.calls('POST'))

    def test_import_needs_a_source(self):
        err = self.complain('desktop image import ' + WIN['id'])
        self.assertIn('--file or --uri', err)

    def test_it_goes_wrong_later(self):
        """M7: what the service says is told, and what became of the image."""
        self.cloud.answer('POST', '/images', WIN)
        self.cloud.refuse('POST', PATH + '/actions/check', 503, 'Away.')
        deleted = self.useFixture(
            fixtures.MockPatchObject(
                image_transfer.Transfer, 'delete', autospec=True
            )
        ).mock
        self.useFixture(
            fixtures.MockPatchObject(image_filling, 'upload', autospec=True)
        )
        for gone, said in ((True, 'nothing is left'), (False, 'delete it')):
            deleted.return_value = gone
            err = self.complain(
                'desktop image create win11 --file ' + self.file()
            )
            self.assertIn('Away.', err)
            self.assertIn(said if gone else 'openstack image delete', err)


class FollowTest(ImageCreateTest):
    def test_until_it_is_there(self):
        """M7: an import is followed, and its states are told."""
        self.cloud.answer('POST', '/images', WIN)
        self.cloud.answer(
            'GET',
            PATH,
            fakes.image(id=WIN['id'], status='queued'),
            fakes.image(id=WIN['id'], status='importing'),
            WIN,
        )
        processing = {'imports': [{'status': 'processing', 'message': ''}]}
        self.cloud.answer('GET', PATH + '/imports', processing)
        _code, out, err = self.openstack(
            'desktop image create win11 --uri https://x.example/ '
            '--disk-format raw -f value -c status'
        )
        self.assertEqual('queued\nimporting\nactive', err.strip())
        self.assertEqual('active', out.strip())


class SaveTest(ImageCreateTest):
    def test_not_to_a_terminal(self):
        """T5"""
        self.useFixture(
            fixtures.MonkeyPatch(
                'clouddesk.osc.v1.image_create.sys',
                mock.Mock(**{'stdout.isatty.return_value': True}),
            )
        )
        error = self.complain('desktop image save ' + WIN['id'])
        self.assertIn('--file', error)


class CheckTest(ImageCreateTest):
    def test_check(self):
        """T12: in words, and by the exit code."""
        said = {
            'image_id': WIN['id'],
            'status': 'refused',
            'disk_format': 'raw',
            'format': 'qcow2',
            'virtual_size': 1,
            'problems': [],
            'deactivated': True,
            'message': 'It is called raw and is qcow2.',
            'checked_at': '2026-11-02T08:22:10Z',
        }
        self.cloud.answer('POST', PATH + '/actions/check', said)
        code, out, _err = self.openstack('desktop image check ' + WIN['id'])
        self.assertEqual(1, code)
        self.assertIn('It is called raw', out)
        said['status'] = 'passed'
        self.cloud.answer('POST', PATH + '/actions/check', said)
        self.succeed('desktop image check ' + WIN['id'])


class VolumeTest(ImageCreateTest):
    def test_from_a_volume(self):
        """T3, M8: Cinder copies it; what it is not told follows."""
        begin = self.useFixture(
            fixtures.MockPatchObject(
                image_volume, 'begin', autospec=True, return_value=WIN['id']
            )
        ).mock
        change = self.cloud.answer('PATCH', PATH, WIN)
        self.succeed(
            'desktop image create win11 --volume v --force --note x '
            '--private --min-ram 5'
        )
        (_conn, name, attrs, force), _kwargs = begin.call_args
        self.assertEqual(('v', True), (name, force))
        self.assertEqual('private', attrs['visibility'])
        self.assertEqual(
            {'note': 'x', 'min_ram': 5}, change.last_request.json()
        )


class DigestTest(ImageCreateTest):
    def test_as_it_passes_by(self):
        data = disks.raw(5 << 20)
        digest = image_transfer.Digest('sha256')
        for start in range(0, len(data), 1 << 16):
            digest.update(data[start : start + (1 << 16)])
        self.assertEqual(hashlib.sha256(data).hexdigest(), digest.value())
        self.assertEqual(len(data), digest.size)
        digest.close()
