import oslo_messaging as messaging

from clouddesk import exceptions
from clouddesk.api import audits
from clouddesk.api.views import differences as view
from clouddesk.tests.unit.api import base

ID = '0c' * 16
FOUND = {
    'id': ID,
    'kind': 'orphan_server',
    'resource_type': 'server',
    'resource_id': 'some-server',
    'project_id': base.PROJECT,
    'desktop_id': 'some-desktop',
    'desktop_name': None,
    'repair': 'delete',
    'cloud': None,
    'ours': None,
}


class DifferencesTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.call_ = self.conductor.prepare.return_value.call
        self.call_.return_value = [FOUND]

    def test_list(self):
        answer = self.get('/v1/differences', 'manager')
        self.assertEqual(200, answer.status_int, answer.text)
        (one,) = answer.json['differences']
        self.assertEqual('delete', one['repair'])
        self.assertIn('server some-server', one['message'])
        self.assertEqual([], answer.json['unread'])
        self.assertNotIn('cloud', one)

    def test_what_is_left_of_an_image(self):
        """S46: of a build, and of no desktop."""
        self.call_.return_value = [
            FOUND
            | {
                'kind': 'remains_snapshot',
                'resource_type': 'snapshot',
                'desktop_id': None,
                'image_build_id': 'some-build',
            }
        ]
        (one,) = self.get('/v1/differences', 'manager').json['differences']
        self.assertEqual('some-build', one['image_build_id'])
        self.assertIsNone(one['desktop_id'])
        self.assertIn('image build some-build', one['message'])

    def test_a_manager_sees_her_project_only(self):
        for query in ('?all_projects=true', '?project_id=x'):
            answer = self.get('/v1/differences' + query, 'manager')
            self.assert_error(answer, 403, 'forbidden')

    def test_an_admin_sees_all_projects_and_one_failure_hides_none(self):
        self.make_desktops()
        self.make_desktops(project=base.OTHER_PROJECT)

        def answer(ctxt, method, project_id):
            if project_id == base.PROJECT:
                raise exceptions.CloudError(service='Nova', reason='away')
            return [FOUND | {'project_id': project_id}]

        self.call_.side_effect = answer
        told = self.get('/v1/differences?all_projects=true', 'admin').json
        self.assertEqual(1, len(told['differences']))
        self.assertEqual(
            [
                {
                    'project_id': base.PROJECT,
                    'message': 'Nova answered: away',
                }
            ],
            told['unread'],
        )

    def test_patience_ends(self):
        self.patch(audits, '_PATIENCE', -1)
        told = self.get('/v1/differences', 'manager').json
        self.assertEqual([], told['differences'])
        self.assertEqual(1, len(told['unread']))

    def test_no_conductor(self):
        for error in (
            messaging.MessagingTimeout(),
            messaging.RemoteError('KeyError', 'x'),
        ):
            self.call_.side_effect = error
            answer = self.get('/v1/differences', 'manager')
            self.assert_error(answer, 503, 'service_unavailable')


class RepairTest(base.ApiTest):
    PATH = '/v1/differences/actions/repair'

    def setUp(self):
        super().setUp()
        self.call_ = self.conductor.prepare.return_value.call

    def repair(self, body, persona='manager', query=''):
        return self.post(self.PATH + query, body, persona)

    def test_verdicts(self):
        self.call_.return_value = [
            FOUND | {'verdict': 'failed', 'reason': 'locked'},
            {'id': '0d' * 16, 'verdict': 'gone'},
        ]
        answer = self.repair({'ids': [ID, '0d' * 16]})
        self.assertEqual(200, answer.status_int, answer.text)
        failed, gone = answer.json['differences']
        self.assertEqual(
            ('failed', 'locked'), (failed['verdict'], failed['reason'])
        )
        self.assertEqual(('gone', None), (gone['verdict'], gone['kind']))
        self.assertEqual([ID, '0d' * 16], self.call_.call_args.kwargs['ids'])

    def test_all(self):
        self.call_.return_value = []
        self.assertEqual(200, self.repair({'all': True}).status_int)
        self.assertIsNone(self.call_.call_args.kwargs['ids'])

    def test_ids_or_all(self):
        for body in ({}, {'all': False}, {'all': True, 'ids': [ID]}):
            self.assert_error(self.repair(body), 400, 'invalid', 'ids')

    def test_bad_ids(self):
        for ids in ([], ['x'], [ID, ID], [ID + '\n'], 'all'):
            answer = self.repair({'ids': ids})
            self.assertEqual(400, answer.status_int)
        self.call_.assert_not_called()

    def test_a_difference_of_one_project_is_not_gone_in_others(self):
        self.make_desktops()
        self.make_desktops(project=base.OTHER_PROJECT)

        def answer(ctxt, method, project_id, ids):
            if project_id == base.PROJECT:
                return [FOUND | {'verdict': 'repaired'}]
            return [{'id': ID, 'verdict': 'gone'}]

        self.call_.side_effect = answer
        told = self.repair({'ids': [ID]}, 'admin', '?all_projects=true').json
        verdicts = [each['verdict'] for each in told['differences']]
        self.assertEqual(['repaired'], verdicts)

    def test_members_are_refused(self):
        answer = self.repair({'all': True}, 'member')
        self.assert_error(answer, 403, 'forbidden')
        self.call_.assert_not_called()


class WordsTest(base.base.BaseTestCase):
    def test_every_kind_has_words(self):
        things = ('server', 'port', 'volume', 'floating_ip')
        kinds = ['%s_%s' % (w, t) for w in ('orphan', 'twin') for t in things]
        kinds += ['vanished_' + thing for thing in things[:3]]
        kinds += ['status_drift', 'name_drift', 'lock_drift']
        for kind in kinds:
            self.assertTrue(view.difference(FOUND | {'kind': kind})['message'])
