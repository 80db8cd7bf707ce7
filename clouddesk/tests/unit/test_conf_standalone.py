from oslotest import base

from clouddesk.conf import standalone


class PortTest(base.BaseTestCase):
    def test_what_is_none(self):
        (port,) = [o for o in standalone.CLI_OPTS if o.name == 'port']
        for text in ('abc', '0', '70000'):
            self.assertRaises(ValueError, port.type, text)
        self.assertEqual(80, port.type('80'))
        self.assertEqual('port (1 to 65535)', str(port.type))
