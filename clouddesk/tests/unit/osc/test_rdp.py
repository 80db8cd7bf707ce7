import codecs
import os
import stat

import fixtures
from osc_lib import exceptions
from oslotest import base

from clouddesk.osc import rdp


def _lines(data):
    assert data.startswith(codecs.BOM_UTF16_LE)
    body = data[2:].decode('utf-16-le')
    assert body.endswith('\r\n') and '\n' not in body.replace('\r\n', '')
    return body.split('\r\n')[:-1]


class ContentTest(base.BaseTestCase):
    def test_the_bitmap_cache_is_not_kept_on_disk(self):
        """T10: with it the pointers drift apart."""
        lines = _lines(rdp.content('10.0.0.5'))
        self.assertIn('bitmapcachepersistenable:i:0', lines)
        self.assertIn('full address:s:10.0.0.5:3389', lines)
        self.assertNotIn('username', ''.join(lines))

    def test_each_line_is_a_setting(self):
        for line in _lines(rdp.content('10.0.0.5', login='ada')):
            self.assertRegex(line, r'^[a-z ]+:[is]:.*$')

    def test_a_name_outside_ascii(self):
        lines = _lines(rdp.content('10.0.0.5', login='Zoë 王'))
        self.assertIn('username:s:Zoë 王', lines)

    def test_ipv6_is_bracketed(self):
        lines = _lines(rdp.content('2001:db8::5', port=3390))
        self.assertIn('full address:s:[2001:db8::5]:3390', lines)

    def test_no_setting_can_be_smuggled_in(self):
        evil = 'x\r\nalternate shell:s:evil.exe'
        for kwargs in ({'host': evil}, {'host': 'h', 'login': evil}):
            error = self.assertRaises(
                exceptions.CommandError, rdp.content, **kwargs
            )
            self.assertNotIn('\n', str(error))


class WriteTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.path = self.useFixture(fixtures.TempDir()).join('a.rdp')

    def _mode(self):
        return stat.S_IMODE(os.stat(self.path).st_mode)

    def test_only_the_owner_can_read_it(self):
        rdp.write(self.path, b'data')
        self.assertEqual(0o600, self._mode())

    def test_an_old_file_becomes_private_too(self):
        with open(self.path, 'wb') as stream:
            stream.write(b'something longer')
        os.chmod(self.path, 0o644)
        rdp.write(self.path, b'data')
        self.assertEqual(0o600, self._mode())
        with open(self.path, 'rb') as stream:
            self.assertEqual(b'data', stream.read())

    def test_a_device_keeps_its_mode(self):
        """Else root would take /dev/null from everybody."""
        os.mkfifo(self.path, 0o666)
        os.chmod(self.path, 0o666)
        reader = os.open(self.path, os.O_RDWR)
        self.addCleanup(os.close, reader)
        rdp.write(self.path, b'data')
        self.assertEqual(0o666, self._mode())
        self.assertEqual(b'data', os.read(reader, 99))

    def test_a_file_that_cannot_be_written(self):
        error = self.assertRaises(
            exceptions.CommandError, rdp.write, self.path + '/b', b''
        )
        self.assertIn(self.path, str(error))
