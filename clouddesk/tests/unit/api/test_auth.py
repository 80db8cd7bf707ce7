from unittest import mock

import ddt
from keystoneauth1 import exceptions as ksa_exceptions
from keystonemiddleware import auth_token
from oslotest import base

from clouddesk import exceptions
from clouddesk.api import auth
from clouddesk.conf import CONF


@ddt.ddt
class FetchTokenTest(base.BaseTestCase):
    @ddt.data(
        KeyError('token'),
        TypeError(),
        ValueError('no JSON'),
        ksa_exceptions.ConnectTimeout(),
    )
    def test_an_answer_that_is_none(self, error):
        """A page of a proxy or nothing, not Keystone's answer: 503."""
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


class LayerTest(base.BaseTestCase):
    def test_keystone_is_not_waited_for_for_ever(self):
        auth.auth_token_layer(None)
        options = CONF.keystone_authtoken
        self.assertEqual(
            (10, 1),
            (options.http_connect_timeout, options.http_request_max_retries),
        )
