"""What the functional tests do not reach: contradictions and volumes."""

import hashlib
from unittest import mock

import ddt
import fixtures
from glanceclient import exc as glance_exceptions
from openstack import exceptions as sdk_exceptions
from osc_lib import exceptions
import requests

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


class LaterTest(ImageCreateTest):
    """Something goes wrong when the bytes have come."""

    def setUp(self):
        super().setUp()
        self.cloud.answer('POST', '/images', WIN)
        self.deleted = self.useFixture(
            fixtures.MockPatchObject(
                image_transfer.Transfer, 'delete', autospec=True
            )
        ).mock
        self.uploaded = self.useFixture(
            fixtures.MockPatchObject(image_filling, 'upload', autospec=True)
        ).mock

    def check(self, *answers):
        """What the service, or the way to it, says to a check."""
        path = fakes.API + PATH + '/actions/check'
        self.cloud.requests.post(path, list(answers))

    def create(self):
        return 'desktop image create win11 --file ' + self.file()

    def test_it_is_refused(self):
        """M7: what became of the image is told."""
        refused = {'status': 'refused', 'message': 'A backing file.'}
        self.check({'json': refused})
        for gone, said in ((True, 'nothing is left'), (False, 'delete')):
            self.deleted.return_value = gone
            err = self.complain(self.create())
            self.assertIn('A backing file.', err)
            self.assertIn(said, err)

    def test_a_restart_of_the_service(self):
        """M7: it passes unnoticed."""
        self.check(
            {'status_code': 502},
            {'exc': requests.exceptions.ConnectionError},
            {'json': PASSED},
        )
        self.succeed(self.create())
        self.deleted.assert_not_called()

    def test_a_service_that_stays_away(self):
        """M7: good bytes are kept, and how to go on is told."""
        gone = requests.exceptions.ConnectionError('No\nroute.')
        away = fakes.error(503, 'Away.')
        for answer, said in (({'exc': gone}, 'No route.'), (away, 'Away.')):
            self.check(answer)
            err = self.complain(self.create())
            self.assertIn(said, err)
            self.assertIn('openstack desktop image check ' + WIN['id'], err)
        self.deleted.assert_not_called()

    def test_a_token_that_ended_meanwhile(self):
        """M7: so does an error of the way to Keystone."""
        self.uploaded.side_effect = lambda *_args: self.cloud.requests.post(
            fakes.AUTH_URL + '/auth/tokens', status_code=401
        )
        self.check({'status_code': 401})
        err = self.complain(self.create())
        self.assertIn('openstack desktop image check ' + WIN['id'], err)
        self.deleted.assert_not_called()


class ImportTest(ImageCreateTest):
    """What ``image import`` leaves, by what the image has become."""

    def setUp(self):
        super().setUp()
        self.filled = self.useFixture(
            fixtures.MockPatchObject(image_filling, 'upload', autospec=True)
        ).mock
        self.turned = self.cloud.answer(
            'POST', PATH + '/actions/deactivate', WIN
        )

    def complain_of(self, error, *statuses):
        """
        :param statuses: of the image, before and after
        """
        self.filled.side_effect = error
        self.cloud.answer(
            'GET',
            PATH,
            *[
                fakes.image(id=WIN['id'], status=status, disk_format='qcow2')
                for status in statuses
            ],
        )
        line = 'desktop image import %s --file %s' % (WIN['id'], self.file())
        return self.complain(line)

    def test_other_bytes_came(self):
        """M7: an image with wrong bytes is in nobody's way to good ones."""
        wrong = exceptions.CommandError('Not what was sent.')
        err = self.complain_of(wrong, 'queued', 'active')
        self.assertIn('is deactivated', err)
        self.assertIn('openstack image delete ' + WIN['id'], err)
        self.assertEqual(1, self.turned.call_count)

    def test_it_cannot_be_taken_out_of_use(self):
        self.cloud.refuse('POST', PATH + '/actions/deactivate', 403, 'No.')
        wrong = exceptions.CommandError('Not what was sent.')
        err = self.complain_of(wrong, 'queued', 'active')
        self.assertIn('do not use it', err)
        self.assertIn('openstack image delete ' + WIN['id'], err)

    def test_nothing_came(self):
        hung_up = exceptions.CommandError('Glance hung up.')
        err = self.complain_of(hung_up, 'queued')
        self.assertIn('win11 (%s) is as it was; try again' % WIN['id'], err)
        self.assertEqual(0, self.turned.call_count)

    def test_a_refusal_stays_one(self):
        """M7: nobody is sent to try in vain, and it is called by its name."""
        conflict = exceptions.CommandError('Conflict.')
        conflict.__cause__ = glance_exceptions.HTTPConflict('active')
        self.cloud.refuse('POST', PATH + '/actions/import', 400, 'No such.')
        uri = 'desktop image import %s --uri http://x.example/' % WIN['id']
        for err in (
            self.complain_of(conflict, 'queued'),
            self.complain(uri),
        ):
            self.assertIn('win11 (%s) is as it was.' % WIN['id'], err)
            self.assertNotIn('again', err)

    def test_one_that_is_in_use(self):
        """M7: one that was not to be filled stays in use."""
        busy = exceptions.CommandError('Conflict.')
        self.assertIn('as it was', self.complain_of(busy, 'active'))
        self.assertEqual(0, self.turned.call_count)

    def test_what_came_is_not_known(self):
        """M7: nobody says that it is as it was."""
        away = sdk_exceptions.SDKException('Away.')
        for status in ('active', 'saving'):
            err = self.complain_of(away, 'queued', status)
            self.assertIn('desktop image check ' + WIN['id'], err)
            self.assertNotIn('as it was', err)
        self.assertEqual(0, self.turned.call_count)


class FollowTest(ImageCreateTest):
    def test_a_restart_of_the_service(self):
        """M7: what Glance still fetches is not deleted."""
        self.cloud.answer('POST', '/images', WIN)
        waiting = fakes.image(id=WIN['id'], status='queued')
        self.cloud.answer('GET', PATH, waiting, fakes.error(502, 'Away.'), WIN)
        self.cloud.answer(
            'GET',
            PATH + '/imports',
            fakes.error(503, 'Away.'),
            {'imports': [{'status': 'processing', 'message': ''}]},
        )
        self.succeed(
            'desktop image create win11 --uri https://x.example/ '
            '--disk-format raw'
        )

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

    def test_no_way_to_the_service(self):
        """What is in between has its say, but not the terminal."""
        gone = requests.exceptions.ConnectionError('No\x1b[31m\nroute.')
        path = fakes.API + PATH + '/actions/check'
        self.cloud.requests.post(path, exc=gone)
        err = self.complain('desktop image check ' + WIN['id'])
        self.assertIn('No\\x1b[31m route.', err)
        self.assertEqual(1, len(err.splitlines()))


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
