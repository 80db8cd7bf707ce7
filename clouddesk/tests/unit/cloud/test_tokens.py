from clouddesk import exceptions
from clouddesk.cloud import tokens
from clouddesk.tests.unit.cloud import own


class TokensTest(own.OwnCloudTestCase):
    def test_a_token_of_another_person_proves_itself(self):
        """Keystone would not tell tina about the token of rita."""
        found = tokens.describe(self.school.token('rita'))
        self.assertEqual('rita', found['token']['user']['name'])

    def test_a_bad_token(self):
        self.assertIsNone(tokens.describe('nonsense'))

    def test_an_expired_token(self):
        token = self.school.token('rita')
        del self.emulator.keystone.tokens[token]
        self.assertIsNone(tokens.describe(token))

    def test_keystone_is_away(self):
        tokens.describe('nonsense')
        self.emulator.fault('identity', 'GET', '/v3/auth/tokens', status=503)
        error = self.assertRaises(
            exceptions.CloudError, tokens.describe, 'token'
        )
        self.assertTrue(error.transient)
