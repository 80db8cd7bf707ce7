from unittest import mock

import ddt
from keystonemiddleware import auth_token
from oslotest import base

from clouddesk import exceptions
from clouddesk.api import auth


@ddt.ddt
class FetchTokenTest(base.BaseTestCase):
    @ddt.data(KeyError('token'), TypeError(), ValueError('no JSON'))
    def test_an_answer_that_is_none(self, error):
        """A page of a proxy instead of Keystone's answer: 503, not 500."""
        layer = auth._AuthProtocol.__new__(auth._AuthProtocol)
        with mock.patch.object(
            auth_token.AuthProtocol,
            'fetch_token',
            autospec=True,
            side_effect=error,
        ):
            refused = self.assertRaises(
                exceptions.ServiceUnavailable, layer.fetch_token, 'token'
            )
        self.assertIn('Keystone', refused.text)
