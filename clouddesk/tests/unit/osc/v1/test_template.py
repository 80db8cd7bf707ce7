from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

OFFICE = fakes.template()
PATH = '/templates/' + OFFICE['id']
MADE_FROM = {
    'id': OFFICE['id'],
    'name': 'office',
    'revision': 1,
    'current_revision': 2,
    'drift': True,
}


class TemplateTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know_templates(OFFICE)

    def sent(self, method='POST'):
        return [body for _method, _path, body in self.cloud.calls(method)]

    def test_create(self):
        self.know_images('win11', 'image-1')
        self.know_flavors('m1.desk', 'flavor-1')
        self.cloud.answer('POST', '/templates', OFFICE)
        shown = self.json(
            'desktop template create office --image win11 --flavor m1.desk '
            '--department maths --note n'
        )
        self.assertEqual(2, shown['revision'])
        self.assertEqual(
            [
                {
                    'name': 'office',
                    'note': 'n',
                    'image_id': 'image-1',
                    'flavor_id': 'flavor-1',
                    'visibility': 'exclusive',
                    'department': 'maths',
                }
            ],
            self.sent(),
        )

    def test_dry_run(self):
        self.know_images('win11', 'image-1')
        self.know_flavors('m1.desk', 'flavor-1')
        report = {'accepted': True, 'needs': {}, 'refusals': [], 'names': []}
        self.cloud.answer('POST', '/templates?dry_run=true', report)
        self.succeed(
            'desktop template create office --image win11 --flavor m1.desk '
            '--dry-run'
        )
        self.assertEqual('office', self.sent()[0]['name'])

    def test_list(self):
        self.cloud.answer('GET', '/templates', {'templates': [OFFICE]})
        out = self.succeed('desktop template list --visibility exclusive')
        self.assertRegex(out, r'office \| +2 \| exclusive')
        (row,) = self.json('desktop template list --long')
        self.assertEqual('image-1', row['Image ID'])

    def test_show(self):
        shown = self.json('desktop template show office')
        self.assertEqual('RegionOne', shown['region'])

    def test_set(self):
        self.know_images('win12', 'image-2')
        self.cloud.answer('PATCH', PATH, OFFICE | {'revision': 3})
        shown = self.json(
            'desktop template set office --image win12 --revision 2 --shared'
        )
        self.assertEqual(3, shown['revision'])
        self.assertEqual(
            [
                {
                    'image_id': 'image-2',
                    'revision': 2,
                    'visibility': 'shared',
                    'department': None,
                }
            ],
            self.sent('PATCH'),
        )

    def test_set_nothing(self):
        said = self.complain('desktop template set office --revision 2')
        self.assertIn('Give what shall change.', said)

    def test_take_back(self):
        self.cloud.answer('PATCH', PATH, OFFICE)
        self.succeed('desktop template set office --exclusive --name bureau')
        self.assertEqual(
            [
                {
                    'name': 'bureau',
                    'visibility': 'exclusive',
                    'department': None,
                }
            ],
            self.sent('PATCH'),
        )

    def test_revisions(self):
        old = OFFICE | {'revision': 1, 'image_id': 'image-0'}
        self.cloud.answer('GET', PATH + '/revisions', {'revisions': [old]})
        (row,) = self.json('desktop template revision list office')
        self.assertEqual((1, 'image-0'), (row['Revision'], row['Image ID']))

    def test_delete(self):
        self.cloud.answer('DELETE', PATH, {'status_code': 204})
        self.succeed('desktop template delete office --yes')
        self.assertEqual([None], self.sent('DELETE'))

    def test_delete_in_use(self):
        """S25: the users are named."""
        message = 'Template office is used by pools class-a.'
        self.cloud.refuse('DELETE', PATH, 409, message)
        said = self.complain('desktop template delete office --yes')
        self.assertIn(message, said)

    def test_a_pool_made_from_it(self):
        pool = fakes.pool(template=MADE_FROM)
        self.know_pools(pool)
        subject = {'type': 'pool', 'id': pool['id'], 'name': 'class'}
        self.cloud.answer('POST', '/pools', fakes.order(subject=subject))
        out = self.succeed(
            'desktop pool create class --template office --size 2'
        )
        self.assertIn('office 1 (2 is newer)', out)
        self.assertEqual(
            [{'name': 'class', 'size': 2, 'template_id': OFFICE['id']}],
            self.sent(),
        )

    def test_neither_template_nor_image(self):
        said = self.complain('desktop create Ada --image win11')
        self.assertIn('Give --image and --flavor, or --template.', said)

    def test_what_drifted(self):
        """S24"""
        listed = fakes.desktop(template=MADE_FROM)
        call = self.cloud.answer('GET', '/desktops', {'desktops': [listed]})
        out = self.succeed('desktop list --template office --drift --long')
        self.assertIn('office 1 (2 is newer)', out)
        self.assertEqual(['true'], call.last_request.qs['drift'])
        pools = self.cloud.answer('GET', '/pools', {'pools': []})
        self.succeed('desktop pool list --no-drift')
        self.assertEqual(['false'], pools.last_request.qs['drift'])

    def test_adopt(self):
        pool = fakes.pool()
        self.know_pools(pool)
        path = '/pools/%s/actions/adopt' % pool['id']
        now = MADE_FROM | {'revision': 2, 'drift': False}
        self.cloud.answer('POST', path, pool | {'template': now})
        shown = self.json('desktop pool adopt class')
        self.assertEqual(now, shown['template'])
