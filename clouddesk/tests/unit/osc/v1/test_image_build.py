import ddt

from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

WIN = fakes.image_build()
PATH = '/image-builds/' + WIN['id']
OFFICE = fakes.template()
DESKTOP = fakes.desktop()
ORDER = fakes.order(
    kind='image.generate',
    subject={'type': 'image_build', 'id': WIN['id'], 'name': 'win11'},
)


@ddt.ddt
class ImageBuildTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.cloud.answer('GET', PATH, WIN)
        self.cloud.refuse('GET', '/image-builds/win11', 404, 'Unknown.')
        self.cloud.answer(
            'GET', '/image-builds?name=win11', {'image_builds': [WIN]}
        )
        self.know_templates(OFFICE)
        self.know(DESKTOP)

    def sent(self, method='POST'):
        return [body for _method, _path, body in self.cloud.calls(method)]

    def ended(self, **attrs):
        order = ORDER | {'status': 'succeeded', 'percent': 100} | attrs
        self.cloud.answer('GET', '/work-orders/' + ORDER['id'], order)

    def test_create(self):
        """I8, S41."""
        self.cloud.answer('POST', '/image-builds', ORDER)
        out = self.succeed(
            'desktop image build create win11 --template office --note memo '
            '--min-vcpus 2 --min-ram 2048'
        )
        self.assertIn('configurable', out)
        self.assertIn('image f6b9a1c2', out)
        self.assertIn('2 GiB', out)
        self.assertEqual(
            [
                {
                    'name': 'win11',
                    'template_id': OFFICE['id'],
                    'note': 'memo',
                    'min_vcpus': 2,
                    'min_ram': 2048,
                }
            ],
            self.sent(),
        )

    def test_create_of_nothing(self):
        said = self.complain('desktop image build create win11')
        self.assertIn('Give --image and --flavor, or --template.', said)

    def test_dry_run(self):
        report = {'accepted': True, 'needs': {}, 'refusals': [], 'names': []}
        self.cloud.answer('POST', '/image-builds?dry_run=true', report)
        self.succeed(
            'desktop image build create x --template office --dry-run'
        )
        self.assertEqual(1, len(self.sent()))

    def test_list(self):
        """S42."""
        self.cloud.answer('GET', '/image-builds', {'image_builds': [WIN]})
        out = self.succeed('desktop image build list --status configurable')
        self.assertRegex(out, r'win11 \| configurable')
        (row,) = self.json('desktop image build list --long --all-projects')
        self.assertEqual(fakes.PROJECT_ID, row['Project ID'])
        self.assertEqual(WIN['source'], row['Source'])

    def test_show(self):
        """S46: the work order of the build."""
        out = self.succeed('desktop image build show win11')
        self.assertIn(WIN['work_order_id'], out)

    def test_show_what_it_is_made_on(self):
        """I8, S41"""
        shown = self.json('desktop image build show win11')
        for key in ('flavor_id', 'network_id', 'boot_from', 'volume_size'):
            self.assertEqual(WIN[key], shown[key])
        self.assertIn('64 GiB', self.succeed('desktop image build show win11'))

    def test_set(self):
        self.cloud.answer('PATCH', PATH, WIN)
        self.succeed('desktop image build set win11 --note other')
        self.assertEqual([{'note': 'other'}], self.sent('PATCH'))
        said = self.complain('desktop image build set win11')
        self.assertIn('Give what shall change.', said)

    def test_finish(self):
        """I12, I13: with a note, and waited for."""
        self.cloud.answer('POST', PATH + '/actions/finish', ORDER)
        self.ended()
        self.succeed('desktop image build finish win11 --note new --wait')
        self.assertEqual([{'note': 'new'}], self.sent())

    @ddt.data(('--whole', True), ('--no-whole', False))
    @ddt.unpack
    def test_finish_of_a_whole_machine(self, option, whole):
        """M9: or of its system disk alone."""
        self.cloud.answer('POST', PATH + '/actions/finish', ORDER)
        self.succeed('desktop image build finish win11 ' + option)
        self.assertEqual([{'whole': whole}], self.sent())

    def test_finish_that_fails(self):
        self.cloud.answer('POST', PATH + '/actions/finish', ORDER)
        fault = {'code': 'capture_failed', 'message': 'The store is full.'}
        self.ended(status='failed', fault=fault)
        said = self.complain('desktop image build finish win11 --wait')
        self.assertIn('work order retry ' + ORDER['id'], said)

    def test_cancel(self):
        self.cloud.answer('POST', PATH + '/actions/cancel', ORDER)
        self.ended(status='cancelled')
        self.succeed('desktop image build cancel win11 --wait')

    def test_retry(self):
        self.cloud.answer('POST', PATH + '/actions/retry', ORDER)
        self.succeed('desktop image build retry win11')
        self.assertEqual([{}], self.sent())

    def test_delete(self):
        """What was done on the desktop is lost, so it is asked."""
        self.cloud.answer('DELETE', PATH, ORDER)
        self.complain('desktop image build delete win11', stdin='n\n')
        self.assertEqual([], self.cloud.calls('DELETE'))
        self.ended()
        self.succeed('desktop image build delete win11 --yes --wait')

    def test_delete_what_has_no_desktop(self):
        self.cloud.answer('GET', PATH, WIN | {'desktop_id': None})
        self.cloud.answer('DELETE', PATH, {'status_code': 204})
        self.succeed('desktop image build delete %s' % WIN['id'])

    def test_capture(self):
        """V49."""
        path = '/desktops/%s/actions/create_image' % DESKTOP['id']
        self.cloud.answer('POST', path, ORDER)
        self.succeed(
            'desktop image capture %s --name golden --min-vcpus 2'
            % DESKTOP['name']
        )
        self.assertEqual([{'name': 'golden', 'min_vcpus': 2}], self.sent())

    def test_capture_of_a_whole_machine(self):
        """M9: one disk, or all of them."""
        path = '/desktops/%s/actions/create_image' % DESKTOP['id']
        self.cloud.answer('POST', path, ORDER)
        line = 'desktop image capture %s --name golden' % DESKTOP['name']
        self.succeed(line + ' --whole')
        self.assertEqual([{'name': 'golden', 'whole': True}], self.sent())
        self.complain(line + ' --whole --volume data', code=2)

    def test_capture_of_one_that_runs(self):
        """S3: what the API says of the state is told."""
        path = '/desktops/%s/actions/create_image' % DESKTOP['id']
        told = 'Desktop Ada is running; capture needs off.'
        self.cloud.refuse('POST', path, 409, told)
        said = self.complain(
            'desktop image capture %s --name x' % DESKTOP['name']
        )
        self.assertIn(told, said)
