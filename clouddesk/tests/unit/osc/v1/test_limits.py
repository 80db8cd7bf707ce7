from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

CLASS = fakes.pool('class')

LIMITS = {
    'project_id': 'p1',
    'limits': {
        'compute': {
            'cores': {'used': 4, 'limit': 20, 'free': 16},
            'ram': {'used': 512, 'limit': -1, 'free': None},
        }
    },
    'options': {'max_batch_size': 10},
    'unknown': [{'service': 'network', 'message': 'Neutron is silent.'}],
}

CAPABILITIES = {
    'boot_from': ['image', 'volume'],
    'console_types': ['novnc'],
    'default_console_type': 'novnc',
    'remote_protocols': ['rdp'],
    'components': [],
    'export_formats': ['csv', 'xlsx'],
    'services': {'volume': True, 'key_manager': False},
    'image_import_methods': ['glance-direct'],
    'region': None,
    'options': {'max_batch_size': 10},
    'microversions': [{'version': '1.0', 'reason': 'Desktops.'}],
}

CORES = {'needed': 8, 'used': 4, 'limit': 10, 'free': 6}
PREVIEW = {
    'accepted': False,
    'needs': {'compute': {'cores': CORES, 'ram': CORES | {'needed': 2}}},
    'refusals': [
        {
            'kind': 'over_quota',
            'service': 'compute',
            'resource': 'cores',
            'needed': 8,
            'free': 6,
            'limit': 10,
            'message': '8 cores of compute are needed, 6 are free.',
        },
        {
            'kind': 'unknown',
            'service': 'network',
            'resource': None,
            'needed': None,
            'free': None,
            'limit': None,
            'message': 'Neutron is silent.',
        },
    ],
    'names': ['class_%02d' % serial for serial in range(1, 13)],
}
SPEC = ' --image image-1 --flavor flavor-1'


class LimitsTest(base.ShellTest):
    def test_limits(self):
        """V23"""
        self.cloud.answer('GET', '/limits', LIMITS)
        code, out, err = self.openstack('desktop limits -f csv --quote none')
        self.assertEqual(0, code, err)
        self.assertEqual(
            [
                'Service,Resource,Used,Limit,Free',
                'compute,cores,4,20,16',
                'compute,ram,512,-1,',
                'request,max_batch_size,,10,',
            ],
            out.splitlines(),
        )
        self.assertIn('Neutron is silent.', err)

    def test_capabilities(self):
        self.cloud.answer('GET', '/capabilities', CAPABILITIES)
        out = self.succeed('desktop capabilities')
        for text in ('image, volume', 'max_batch_size=10', '1.0 Desktops.'):
            self.assertIn(text, out)
        self.assertNotIn('key_manager', out)
        found = self.json('desktop capabilities')
        self.assertEqual(CAPABILITIES, found)


class DryRunTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know_images('win11', 'image-1')
        self.know_flavors('m1.desk', 'flavor-1')
        self.know_pools(CLASS)

    def answer(self, path, **changes):
        self.cloud.answer('POST', path, PREVIEW | changes)

    def sent(self):
        ((_method, path, body),) = self.cloud.calls('POST')
        return path, body

    def test_of_a_batch(self):
        """V23: what is needed and refused; the shell gets 1."""
        self.answer('/desktops?dry_run=true')
        code, out, err = self.openstack(
            'desktop create class --count 12 --dry-run -f value'
            ' --image win11 --flavor m1.desk'
        )
        self.assertEqual(1, code, err)
        self.assertEqual(
            [
                'compute cores 8 4 10 6 True',
                'compute ram 2 4 10 6 False',
            ],
            out.splitlines(),
        )
        self.assertIn('8 cores of compute are needed', err)
        self.assertIn('Neutron is silent.', err)
        self.assertIn('class_10 and 2 more', err)
        path, body = self.sent()
        self.assertEqual('/desktops?dry_run=true', path)
        self.assertEqual(12, body['count'])

    def test_of_a_pool(self):
        """V23"""
        self.answer('/pools?dry_run=true', accepted=True, refusals=[])
        code, out, err = self.openstack(
            'desktop pool create new --size 3 --dry-run'
            ' --image win11 --flavor m1.desk'
        )
        self.assertEqual(0, code, err)
        self.assertIn('| compute | cores', out)
        self.assertIn('would be accepted', err)
        self.assertEqual('new', self.sent()[1]['name'])

    def test_of_a_resize(self):
        """V23: nothing is asked, since nothing is done."""
        path = '/pools/%s/actions/resize?dry_run=true' % CLASS['id']
        self.answer(path, accepted=True, refusals=[], needs={})
        code, out, err = self.openstack(
            'desktop pool resize class --size 1 --dry-run'
        )
        self.assertEqual(0, code, err)
        self.assertEqual((path, {'size': 1}), self.sent())

    def test_needs_a_format_for_lists(self):
        self.answer('/pools?dry_run=true')
        self.complain(
            'desktop pool create new --size 3 --dry-run -f shell'
            ' --image win11 --flavor m1.desk'
        )
