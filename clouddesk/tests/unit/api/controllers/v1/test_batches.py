from clouddesk.tests.unit.api import base

URL = '/v1/desktops'


class BatchTest(base.ApiTest):
    """V25"""

    def setUp(self):
        super().setUp()
        self.ids = self.make_desktops(3)

    def batch(self, verb, **body):
        return self.post('%s/actions/%s' % (URL, verb), body)

    def set(self, id_, **values):
        for key, value in values.items():
            self.sql(
                'UPDATE desktops SET %s = :value WHERE id = :id' % key,
                value=value,
                id=id_,
            )

    def items(self, answer):
        self.assertEqual(202, answer.status_int, answer.text)
        return {
            item['name']: (item['status'], (item['fault'] or {}).get('code'))
            for item in answer.json['items']
        }

    def test_v25_a_verdict_for_each(self):
        self.set(self.ids[1], status='off')
        answer = self.batch('stop', desktop_ids=self.ids)
        self.assertEqual(
            {
                'desk_000': ('pending', None),
                'desk_001': ('refused', 'desktop_wrong_state'),
                'desk_002': ('pending', None),
            },
            self.items(answer),
        )
        order = answer.json
        self.assertEqual(1, order['counts']['refused'])
        self.assertEqual([2, 2], [step['total'] for step in order['steps']])
        refused = order['items'][1]
        self.assertIsNone(refused['step'])
        self.assertIn('desk_001 is off', refused['fault']['message'])

    def test_none_can_go(self):
        for id_ in self.ids[:2]:
            self.set(id_, status='off')
        answer = self.batch('stop', desktop_ids=self.ids[:2])
        error = self.assert_error(answer, 409, 'desktop_wrong_state')
        named = [each['name'] for each in error['details']['desktops']]
        self.assertEqual(['desk_000', 'desk_001'], named)

    def test_by_filter(self):
        self.set(self.ids[0], status='off')
        answer = self.batch(
            'reboot', filter={'status': ['running']}, wave=2, force=True
        )
        self.assertEqual({'desk_001', 'desk_002'}, set(self.items(answer)))
        answer = self.batch('start', filter={'q': 'desk_000'})
        self.assertEqual({'desk_000'}, set(self.items(answer)))

    def test_an_empty_filter_is_the_whole_project(self):
        self.make_desktops(2, base.OTHER_PROJECT)
        answer = self.batch('stop', filter={})
        self.assertEqual(3, len(self.items(answer)))

    def test_an_admin_filters_her_own_project(self):
        self.make_desktops(2, base.OTHER_PROJECT)
        answer = self.post(URL + '/actions/stop', {'filter': {}}, 'admin')
        self.assertEqual(3, len(self.items(answer)))

    def test_a_filter_that_finds_too_many_or_none(self):
        self.config(group='desktop', max_action_size=2)
        answer = self.batch('stop', filter={'status': ['running']})
        error = self.assert_error(answer, 400, 'invalid', 'filter')
        self.assertEqual(2, error['details']['limit'])
        answer = self.batch('stop', filter={'name': 'nobody'})
        self.assert_error(answer, 400, 'invalid', 'filter')

    def test_ids_or_a_filter(self):
        for body in ({}, {'desktop_ids': self.ids, 'filter': {}}):
            answer = self.batch('stop', **body)
            self.assert_error(answer, 400, 'invalid', 'desktop_ids')

    def test_what_filters_do_not_have(self):
        for filter_ in ({'limit': 3}, {'all_projects': True}, {'x': 'y'}):
            answer = self.batch('stop', filter=filter_)
            self.assert_error(answer, 400, 'invalid')

    def test_waves_are_limited(self):
        self.config(group='desktop', max_wave=5)
        answer = self.batch('stop', desktop_ids=self.ids, wave=6)
        error = self.assert_error(answer, 400, 'invalid', 'wave')
        self.assertEqual(5, error['details']['limit'])
        answer = self.batch('stop', desktop_ids=self.ids, wave=0)
        self.assert_error(answer, 400, 'invalid', 'wave')
