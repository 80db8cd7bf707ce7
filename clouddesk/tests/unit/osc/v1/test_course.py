from unittest import mock

from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

MATHS = fakes.course()
PATH = '/courses/' + MATHS['id']
OFFICE = fakes.template()
TABLE = MATHS['timetable']


class CourseTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self._know('courses', [MATHS])
        self.know_templates(OFFICE)

    def sent(self, method='POST'):
        return [body for _method, _path, body in self.cloud.calls(method)]

    def test_create(self):
        self.cloud.answer('POST', '/courses', MATHS)
        out = self.succeed(
            'desktop course create maths --template office --size 2 '
            '--lesson mon,wed@8:00-09:35 --timezone Europe/Berlin '
            '--from 2026-09-01 --until 2027-07-15 --ahead 10 --wave 2 '
            '--at-end rebuild'
        )
        self.assertIn('mon,wed 08:00-09:35', out)
        self.assertEqual(
            [
                {
                    'name': 'maths',
                    'size': 2,
                    'template_id': OFFICE['id'],
                    'timetable': TABLE,
                    'ahead': 10,
                    'wave': 2,
                    'at_end': 'rebuild',
                }
            ],
            self.sent(),
        )

    def test_half_a_timetable(self):
        said = self.complain(
            'desktop course create maths --template office --size 2 '
            '--lesson mon@08:00-09:35'
        )
        self.assertIn('A timetable also needs --timezone, --until.', said)

    def test_no_lesson_at_all(self):
        said = self.complain(
            'desktop course create maths --size 2 --lesson monday', 2
        )
        self.assertIn('mon,wed@08:00-09:35', said)

    def test_dry_run(self):
        report = {'accepted': True, 'needs': {}, 'refusals': [], 'names': []}
        self.cloud.answer('POST', '/courses?dry_run=true', report)
        self.succeed(
            'desktop course create maths --template office --size 2 --dry-run'
        )
        self.assertEqual(1, len(self.sent()))

    def test_list(self):
        self.cloud.answer('GET', '/courses', {'courses': [MATHS]})
        out = self.succeed('desktop course list --status idle')
        self.assertRegex(out, r'maths \| idle')
        (row,) = self.json('desktop course list --long --all-projects')
        self.assertEqual(fakes.PROJECT_ID, row['Project ID'])

    def test_show(self):
        out = self.succeed('desktop course show maths')
        self.assertIn('2026-09-01 - 2027-07-15 Europe/Berlin', out)
        self.assertIn('user u2', out)

    def test_set(self):
        self.cloud.answer('PATCH', PATH, MATHS)
        self.succeed(
            'desktop course set maths --until 2027-06-30 --size 3 --name m2'
        )
        self.succeed('desktop course set maths --no-roster --no-timetable')
        self.succeed('desktop course set maths --template office')
        self.assertEqual(
            [
                {
                    'name': 'm2',
                    'size': 3,
                    'timetable': TABLE | {'until': '2027-06-30'},
                },
                {'roster': {}, 'timetable': None},
                {'template_id': OFFICE['id']},
            ],
            self.sent('PATCH'),
        )

    def test_set_nothing(self):
        said = self.complain('desktop course set maths')
        self.assertIn('Give what shall change.', said)

    def test_start(self):
        starting = MATHS | {'status': 'starting'}
        self.cloud.answer('POST', PATH + '/actions/start', starting)
        self.assertEqual(
            'starting', self.json('desktop course start maths')['status']
        )
        shown = self.json('desktop course start maths --wait')
        self.assertEqual('idle', shown['status'])

    def test_progress(self):
        """--wait shows the orders of the course, one after the other."""
        orders = [
            fakes.order('running', kind='pool.create'),
            fakes.order('succeeded', kind='desktop.start', id='o2'),
        ]
        for order in orders:
            self.cloud.answer('GET', '/work-orders/' + order['id'], order)
        starting = MATHS | {'status': 'starting'}
        self.cloud.answer('POST', PATH + '/actions/start', starting)
        self.cloud.answer(
            'GET',
            PATH,
            MATHS,
            starting | {'work_order_id': orders[0]['id']},
            MATHS | {'work_order_id': orders[1]['id']},
        )
        with mock.patch('time.sleep', autospec=True):
            code, _out, err = self.openstack(
                'desktop course start %s --wait' % MATHS['id']
            )
        self.assertEqual(0, code, err)
        told = err.splitlines()
        self.assertIn('pool.create', told[0])
        self.assertIn('desktop.start', told[1])

    def test_ctrl_c_leaves_the_course_alone(self):
        starting = MATHS | {'status': 'starting'}
        self.cloud.answer('POST', PATH + '/actions/start', starting)
        with mock.patch(
            'clouddesk.sdk.v1._courses.CoursesMixin.wait_for_course',
            autospec=True,
            side_effect=KeyboardInterrupt,
        ):
            err = self.complain('desktop course start maths --wait', code=130)
        self.assertIn('desktop course show ' + MATHS['id'], err)

    def test_end_with_a_fault(self):
        fault = {'code': 'order_failed', 'message': '1 of 2 desktops.'}
        self.cloud.answer('POST', PATH + '/actions/end', MATHS)
        self._know('courses', [MATHS | {'fault': fault}])
        code, out, _err = self.openstack('desktop course end maths --wait')
        self.assertEqual(1, code)
        self.assertIn('1 of 2 desktops.', out)

    def test_delete(self):
        self.cloud.answer('DELETE', PATH, {'status_code': 204})
        self.succeed('desktop course delete maths --yes')
        self.assertEqual([None], self.sent('DELETE'))

    def test_delete_with_the_pool(self):
        order = fakes.order('succeeded', kind='pool.delete')
        self.cloud.answer(
            'DELETE',
            PATH + '?with_pool=true',
            {'status_code': 202, 'json': order},
        )
        self.cloud.answer('GET', '/work-orders/' + order['id'], order)
        self.succeed('desktop course delete maths --with-pool --wait')

    def test_roster(self):
        identity = 'http://identity.example.org/v3'
        for noun, id_ in (('user', 'u9'), ('group', 'g9')):
            found = {'id': id_, 'name': 'ada'}
            url = '%s/%ss' % (identity, noun)
            self.cloud.requests.get(url + '/ada', status_code=404)
            self.cloud.requests.get(url, json={noun + 's': [found]})
        self.cloud.answer('PATCH', PATH, MATHS)
        self.succeed('desktop course set maths --user ada --group ada')
        self.assertEqual(
            [{'roster': {'users': ['u9'], 'groups': ['g9']}}],
            self.sent('PATCH'),
        )
