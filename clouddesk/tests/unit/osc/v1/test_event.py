from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

EVENT = fakes.event()
WIN = fakes.image()


class EventTest(base.ShellTest):
    def listed(self, line):
        """What the API is asked for."""
        call = self.cloud.answer('GET', '/events', {'events': [EVENT]})
        self.succeed('desktop event list ' + line)
        return call.last_request.qs

    def test_m22_list(self):
        self.cloud.answer('GET', '/events', {'events': [EVENT]})
        (row,) = self.json('desktop event list')
        self.assertEqual(
            {
                'Created At': EVENT['created_at'],
                'Action': 'image.update',
                'Subject': EVENT['subject'],
                'Outcome': 'success',
                'Code': None,
                'User ID': 'ada',
            },
            row,
        )
        out = self.succeed('desktop event list --long -c Subject -c Details')
        id_ = EVENT['subject']['id']
        self.assertIn('image win11 (%s)' % id_, out)
        subject = EVENT['subject'] | {'name': None}
        event = EVENT | {'subject': subject}
        self.cloud.answer('GET', '/events', {'events': [event]})
        long = self.succeed('desktop event list --long -c Subject')
        self.assertIn('image ' + id_, long)
        self.assertNotIn('None', long)
        self.assertIn('fields: name, note', out)

    def test_filters(self):
        self.assertEqual(
            {
                'action': ['image.retire'],
                'outcome': ['failure'],
                'subject_type': ['image'],
                'subject_id': ['i'],
                'request_id': ['r'],
                'work_order_id': ['w'],
                'since': ['2026-09-01t08:00:00z'],
                'until': ['2026-09-02t08:00:00z'],
                'limit': ['3'],
            },
            self.listed(
                '--action image.retire --outcome failure '
                '--subject-type image --subject i --request r '
                '--work-order w --since 2026-09-01T08:00:00Z '
                '--until 2026-09-02T08:00:00Z --limit 3'
            ),
        )

    def test_of_all_projects(self):
        self.cloud.answer('GET', '/events', {'events': [EVENT]})
        (row,) = self.json('desktop event list --all-projects')
        self.assertEqual(fakes.PROJECT_ID, row['Project ID'])

    def test_a_text_of_others_makes_no_line(self):
        subject = EVENT['subject'] | {'name': 'x\nimage.delete'}
        event = EVENT | {'subject': subject}
        self.cloud.answer('GET', '/events', {'events': [event]})
        out = self.succeed('desktop event list -c Subject')
        self.assertEqual(5, len(out.splitlines()), out)


class HistoryTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know_our_images(WIN)
        self.path = '/images/%s/history' % WIN['id']

    def test_m22_the_history_of_an_image(self):
        self.cloud.answer('GET', self.path, {'events': [EVENT]})
        (row,) = self.json('desktop image history win11')
        self.assertEqual('image.update', row['Action'])
        self.assertNotIn('Subject', row)

    def test_one_that_is_gone(self):
        call = self.cloud.answer('GET', self.path, {'events': [EVENT]})
        self.succeed('desktop image history --limit 1 ' + WIN['id'])
        self.assertEqual({'limit': ['1']}, call.last_request.qs)
        (made,) = self.cloud.calls('GET')
        self.assertEqual(self.path + '?limit=1', made[1])

    def test_one_that_never_was(self):
        self.cloud.refuse('GET', self.path, 404, 'image x does not exist.')
        self.assertIn(
            'does not exist',
            self.complain('desktop image history ' + WIN['id']),
        )
