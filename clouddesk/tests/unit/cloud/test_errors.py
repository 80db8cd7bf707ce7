import ddt
from keystoneauth1 import exceptions as ks_exceptions
from openstack import exceptions as sdk_exceptions
from oslotest import base
import requests

from clouddesk import exceptions
from clouddesk.cloud import errors


@ddt.ddt
class FromStatusTest(base.BaseTestCase):
    @ddt.data(
        (400, 'bad', exceptions.CloudError, False),
        (400, 'Invalid volume: in use', exceptions.CloudConflict, False),
        (401, 'who?', exceptions.CloudForbidden, False),
        (403, 'Policy', exceptions.CloudForbidden, False),
        (
            403,
            'Quota exceeded for cores',
            exceptions.CloudQuotaExceeded,
            False,
        ),
        (404, 'gone', exceptions.CloudNotFound, False),
        (409, 'in use', exceptions.CloudConflict, False),
        (409, 'Port x is still in use.', exceptions.CloudConflict, True),
        (409, 'in task_state rebuilding', exceptions.CloudConflict, True),
        (
            409,
            'Quota exceeded for resources: port',
            exceptions.CloudQuotaExceeded,
            False,
        ),
        (413, 'VolumeLimitExceeded', exceptions.CloudQuotaExceeded, False),
        (429, 'slow down', exceptions.CloudError, True),
        (500, 'bug', exceptions.CloudError, True),
        (503, 'busy', exceptions.CloudError, True),
    )
    @ddt.unpack
    def test_examples(self, status, text, kind, transient):
        error = errors.from_status('Nova', status, text, 'server', 'x')
        self.assertIs(kind, type(error))
        self.assertEqual(transient, error.transient)

    def test_not_found_needs_to_know_what(self):
        error = errors.from_status('Nova', 404, 'gone')
        self.assertIs(exceptions.CloudError, type(error))
        self.assertEqual('Nova answered: gone', str(error))

    def test_answer_without_words(self):
        self.assertEqual(
            'Nova answered: HTTP 502', str(errors.from_status('Nova', 502, ''))
        )


@ddt.ddt
class TranslatedTest(base.BaseTestCase):
    def translate(self, error):
        try:
            with errors.translated('Nova', 'server', 'x'):
                raise error
        except exceptions.CloudError as translated:
            self.assertIs(error, translated.__cause__)
            return translated

    @ddt.data(
        ks_exceptions.ConnectTimeout('t'),
        ks_exceptions.ConnectFailure('f'),
        ks_exceptions.UnknownConnectionError('u', ValueError()),
        ks_exceptions.ServiceUnavailable('s'),
        ks_exceptions.DiscoveryFailure('d'),
        requests.exceptions.ChunkedEncodingError('c'),
        requests.exceptions.JSONDecodeError('j', '', 0),
        sdk_exceptions.SDKException('x'),
    )
    def test_transient(self, error):
        self.assertTrue(self.translate(error).transient)

    @ddt.data(
        ks_exceptions.EndpointNotFound('e'), ks_exceptions.BadRequest('b')
    )
    def test_lasting(self, error):
        self.assertFalse(self.translate(error).transient)

    def test_pages_for_browsers(self):
        """Nothing of them is left, and nothing that they hid."""
        refusal = sdk_exceptions.BadRequestException(
            'x', details='Name can&#x27;t &#27;[2J be', http_status=400
        )
        error = self.translate(refusal)
        self.assertIn("Name can't [2J be", str(error))
        self.assertEqual(400, error.answered)

    def test_not_found(self):
        translated = self.translate(ks_exceptions.NotFound('gone'))
        self.assertIsInstance(translated, exceptions.CloudNotFound)
        self.assertIn('server x', str(translated))

    def test_our_own_errors_pass(self):
        self.assertRaises(
            exceptions.LeaseLost, self._raise_through, exceptions.LeaseLost()
        )

    def test_bugs_pass(self):
        self.assertRaises(KeyError, self._raise_through, KeyError())

    def _raise_through(self, error):
        with errors.translated('Nova'):
            raise error


class ShortenTest(base.BaseTestCase):
    def test_one_line(self):
        self.assertEqual('a b', errors.shorten('a\n  b\n'))

    def test_nothing_that_a_terminal_obeys(self):
        said = errors.shorten('x\x1b[2J\u202e\r\nforged 学生')
        self.assertEqual('x\\x1b[2J\\u202e forged 学生', said)

    def test_nothing(self):
        self.assertEqual('', errors.shorten(None))

    def test_long(self):
        text = errors.shorten('x' * 1000)
        self.assertEqual(errors.MAX_TEXT, len(text))
        self.assertEqual('…', text[-1])
