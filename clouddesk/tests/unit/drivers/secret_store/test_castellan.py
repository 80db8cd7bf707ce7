from unittest import mock

from castellan.common import exception as castellan_exc
from castellan.common.objects import opaque_data
from oslo_config import cfg
from oslotest import base

from clouddesk import exceptions
from clouddesk.drivers.secret_store import castellan


class CastellanTest(base.BaseTestCase):
    """V15: secrets in the key manager of the cloud."""

    def setUp(self):
        super().setUp()
        patched = mock.patch.object(
            castellan.key_manager, 'API', autospec=True
        )
        self.manager = patched.start().return_value
        self.addCleanup(patched.stop)
        patched = mock.patch.object(
            castellan.utils, 'credential_factory', autospec=True
        )
        self.context = patched.start().return_value
        self.addCleanup(patched.stop)
        self.store = castellan.Castellan(cfg.ConfigOpts())

    def test_there_and_back(self):
        self.manager.store.return_value = 'ref'
        self.assertEqual('ref', self.store.seal('$6$hash'))
        context, kept = self.manager.store.call_args.args
        self.assertIs(self.context, context)
        self.assertEqual(b'$6$hash', kept.get_encoded())
        self.manager.get.return_value = opaque_data.OpaqueData(b'$6$hash')
        self.assertEqual('$6$hash', self.store.unseal('ref'))
        self.manager.get.assert_called_once_with(self.context, 'ref')

    def test_forget(self):
        self.store.forget('ref')
        self.manager.delete.assert_called_once_with(self.context, 'ref')

    def test_what_is_gone(self):
        gone = castellan_exc.ManagedObjectNotFoundError(uuid='ref')
        self.manager.delete.side_effect = gone
        self.store.forget('ref')
        self.manager.get.side_effect = gone
        self.assertRaises(
            exceptions.ServiceUnavailable, self.store.unseal, 'ref'
        )

    def test_a_key_manager_that_is_away(self):
        self.manager.store.side_effect = RuntimeError('connection refused')
        self.assertRaises(
            exceptions.ServiceUnavailable, self.store.seal, 'secret'
        )
