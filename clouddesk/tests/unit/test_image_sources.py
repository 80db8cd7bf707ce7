import logging
import socket
import threading
from unittest import mock

import ddt
import fixtures
from oslo_config import cfg
from oslotest import base

from clouddesk import image_sources
from clouddesk.conf import image_import

PUBLIC = '93.184.215.14'


def options(**values):
    conf = cfg.ConfigOpts()
    group = cfg.OptGroup(image_import.GROUP.name)
    conf.register_opts(image_import.OPTS, group=group)
    conf([])
    for name, value in values.items():
        conf.set_override(name, value, group=group.name)
    return conf


class SourcesTest(base.BaseTestCase):
    #: What names lead to.
    names = {
        'images.example.org': [PUBLIC],
        'xn--bcher-kva.example': [PUBLIC],
        'mirror.example.org': ['10.2.0.5'],
        'two.example.org': [PUBLIC, '127.0.0.1'],
        'six.example.org': ['2a00:1450::5'],
        'metadata.example.org': ['169.254.169.254'],
    }

    def check(self, uri, **values):
        image_sources.check(uri, options(**values), self._resolve)

    def _resolve(self, host, _port):
        if host not in self.names:
            raise socket.gaierror
        return self.names[host]

    def refused(self, uri, **values):
        return self.assertRaises(
            image_sources.Refused, self.check, uri, **values
        )


@ddt.ddt
class AllowedTest(SourcesTest):
    @ddt.data(
        'https://images.example.org/win11.qcow2',
        'http://images.example.org:80/a?b=c',
        'https://IMAGES.example.org./a',
        'https://xn--bcher-kva.example/a',
        'https://six.example.org/a',
        'https://93.184.215.14/a',
        'https://[2a00:1450::5]/a',
    )
    def test_what_is_public(self, uri):
        """T3, M7: web-download takes what copy-from took."""
        self.check(uri)

    def test_a_mirror_of_the_school(self):
        uri = 'http://mirror.example.org/a'
        self.refused(uri)
        self.check(uri, networks=['10.2.0.0/24'])
        self.check('http://10.2.0.9/', networks=['10.2.0.0/24'])
        self.refused('http://10.2.1.9/', networks=['10.2.0.0/24'])

    def test_hosts_that_are_listed(self):
        uri = 'https://images.example.org/a'
        self.check(uri, hosts=['images.example.org.'])
        self.check(uri, hosts=['.Example.org'])
        self.refused(uri, hosts=['example.org'])
        self.refused(uri, hosts=['.other.org'])
        self.refused(uri, denied_hosts=['.example.org'])
        self.refused(
            uri, hosts=['.example.org'], denied_hosts=['images.example.org']
        )
        self.refused('https://badexample.org/', hosts=['.example.org'])


@ddt.ddt
class RefusedTest(SourcesTest):
    @ddt.data(
        # Schemes.
        'ftp://images.example.org/a',
        'file:///etc/passwd',
        'gopher://images.example.org/a',
        'images.example.org/a',
        '//images.example.org/a',
        'https:/images.example.org',
        'https:images.example.org',
        '',
        # Ports.
        'http://images.example.org:22/a',
        'http://images.example.org:0/a',
        'http://images.example.org:99999/a',
        'http://images.example.org:8O/a',
        # Who comes with a password, and who only seems to.
        'https://user:password@images.example.org/a',
        'https://images.example.org@127.0.0.1/a',
        'https://images.example.org%40127.0.0.1/a',
        # What one program reads in another way than the next.
        'https://images.example.org\\@127.0.0.1/a',
        'https://images.example.org /a',
        'https://images.example.org/a\r\nHost: x',
        'https://images.example.org/\x00',
        'https://images.example.org\t/a',
        'https://[::1/a',
        'https://%31%32%37.0.0.1/a',
        'https://-images.example.org/a',
        'https:///a',
        'https://./a',
        'https://images..example.org/a',
        # Letters that look like others.
        'https://images.exampl\u0435.org/a',
        'https://\uff11\uff12\uff17.0.0.1/a',
        'https://127\u30020\u30020\u30021/a',
        'https://\u24db\u24de\u24d2\u24d0\u24db/a',
        # Nobody knows it.
        'https://localhost/a',
        'https://unknown.example.org/a',
        'https://' + 'a' * 254 + '/',
        'https://images.example.org/' + 'a' * 2048,
    )
    def test_what_is_no_clear_address(self, uri):
        """T3: an address that can be read in two ways is refused."""
        self.refused(uri)

    @ddt.data(
        '127.0.0.1',
        '127.1',
        '127.0.0.1.',
        '0177.0.0.1',
        '0x7f.0.0.1',
        '0x7f000001',
        '0x7F.1',
        '2130706433',
        '017700000001',
        '1.0x',
        '0',
        '0.0.0.0',
        '10.0.0.1',
        '172.16.0.1',
        '192.168.1.1',
        '100.64.0.1',
        '100.100.100.200',
        '169.254.169.254',
        '168.63.129.16',
        '192.0.0.192',
        '192.0.2.1',
        '198.18.0.1',
        '224.0.0.1',
        '240.0.0.1',
        '255.255.255.255',
        '[::]',
        '[::1]',
        '[::127.0.0.1]',
        '[::ffff:127.0.0.1]',
        '[::ffff:7f00:1]',
        '[::ffff:169.254.169.254]',
        '[64:ff9b::7f00:1]',
        '[64:ff9b::a9fe:a9fe]',
        '[2002:5db8:d70e::1]',
        '[2002:7f00:1::]',
        '[2002:a9fe:a9fe::1]',
        '[2001:0:7f00:1::]',
        '[fe80::1]',
        '[fe80::1%25eth0]',
        '[fec0::1]',
        '[fc00::1]',
        '[fd00:ec2::254]',
        '[ff02::1]',
        '[2001:db8::1]',
        '[100::1]',
        '[3fff::1]',
        '192.88.99.1',
        '[v1.fe80::a]',
        'two.example.org',
        'metadata.example.org',
        'metadata.example.org.',
        'mirror.example.org',
    )
    def test_what_is_not_public(self, host):
        """T3: in whatever way it is written."""
        for scheme in ('http', 'https'):
            self.refused('%s://%s/latest/meta-data/' % (scheme, host))

    @ddt.data(
        '127.0.0.1',
        '169.254.169.254',
        '168.63.129.16',
        '0.0.0.0',
        '224.0.0.1',
        '[::1]',
        '[fe80::1]',
        '[::ffff:127.0.0.1]',
    )
    def test_what_nobody_can_allow(self, host):
        """T3: a mistake of the operator opens no metadata."""
        everything = ['0.0.0.0/0', '::/0']
        self.refused('http://%s/' % host, networks=everything)

    def test_all_addresses_of_a_name_count(self):
        """T3: which of them Glance takes nobody knows."""
        error = self.refused('https://two.example.org/')
        self.assertEqual('source_refused', error.code)
        self.assertEqual({'field': 'uri'}, error.details)

    def test_names_inside_are_not_told(self):
        """T3: what is private, and what is not, get the same answer."""
        log = self.useFixture(fixtures.FakeLogger(level=logging.INFO))
        said = {
            self.refused('https://%s.example.org/' % name).text.replace(
                name, ''
            )
            for name in ('mirror', 'metadata', 'unknown')
        }
        self.assertEqual(1, len(said))
        self.assertIn('mirror.example.org: it leads to 10.2.0.5', log.output)

    def test_secrets_are_not_repeated(self):
        uri = 'http://images.example.org:22/a?signature=hunter2'
        self.assertNotIn('hunter2', self.refused(uri).text)
        uri = 'http://user:hunter2@images.example.org/'
        self.assertNotIn('hunter2', self.refused(uri).text)

    def test_no_schemes_allow_nothing(self):
        self.refused('https://images.example.org/', schemes=[])

    def test_ports_of_the_operator(self):
        uri = 'http://images.example.org:8080/'
        self.refused(uri)
        self.check(uri, ports=[8080])
        self.refused('http://images.example.org/', ports=[8080])


class LookupTest(base.BaseTestCase):
    @mock.patch.object(socket, 'getaddrinfo', autospec=True)
    def test_names_are_complete(self, getaddrinfo):
        """localhost, or a name of the own domain, is not looked for."""
        getaddrinfo.return_value = [
            (0, 0, 0, '', (PUBLIC, 443)),
            (0, 0, 0, '', ('fe80::1%eth0', 443, 0, 2)),
        ]
        uri = 'https://images.example.org/'
        log = self.useFixture(fixtures.FakeLogger(level=logging.INFO))
        self.assertRaises(
            image_sources.Refused, image_sources.check, uri, options()
        )
        self.assertIn('leads to fe80::1', log.output)
        getaddrinfo.assert_called_once_with(
            'images.example.org.', 443, type=socket.SOCK_STREAM
        )

    @mock.patch.object(socket, 'getaddrinfo', autospec=True)
    def test_no_name_server(self, getaddrinfo):
        getaddrinfo.side_effect = socket.gaierror
        self.assertRaises(
            image_sources.Refused,
            image_sources.check,
            'https://images.example.org/',
            options(),
        )

    @mock.patch.object(image_sources, 'PATIENCE', 0.01)
    @mock.patch.object(socket, 'getaddrinfo', autospec=True)
    def test_a_name_server_that_takes_its_time(self, getaddrinfo):
        """T3: it keeps no request waiting."""
        over = threading.Event()
        self.addCleanup(over.set)
        getaddrinfo.side_effect = lambda *_args, **_kwargs: over.wait(60)
        self.assertRaises(
            image_sources.Refused,
            image_sources.check,
            'https://images.example.org/',
            options(),
        )
