from clouddesk.tests.unit.api import base

URL = '/v1/desktops'


class _FlagTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.ids = self.make_desktops(2)
        self.path = '%s/%s' % (URL, self.ids[0])

    def act(self, verb, body=None, persona='admin'):
        return self.post('%s/actions/%s' % (self.path, verb), body, persona)

    def looked_at(self):
        return [
            call.kwargs['desktop_id']
            for call in self.conductor.cast.call_args_list
            if 'desktop_id' in call.kwargs
        ]


class LockTest(_FlagTest):
    def test_lock_and_unlock(self):
        answer = self.act('lock', {'reason': 'Exam'}, 'manager')
        self.assertEqual(200, answer.status_int)
        self.assertEqual(
            (True, 'Exam'), (answer.json['locked'], answer.json['lock_reason'])
        )
        self.assertEqual([self.ids[0]], self.looked_at())
        answer = self.act('unlock', {}, 'manager')
        self.assertEqual(
            (False, None), (answer.json['locked'], answer.json['lock_reason'])
        )
        self.assertEqual(2, len(self.looked_at()))

    def test_a_locked_desktop_refuses_everybody(self):
        self.act('lock', {'reason': 'Exam'})
        for verb in ('stop', 'reboot', 'console', 'rebuild', 'delete'):
            error = self.assert_error(self.act(verb), 409, 'desktop_locked')
            self.assertIn('desk_000', error['message'])
            self.assertIn('Exam', error['message'])
        self.sql("UPDATE desktops SET status = 'off'")
        self.assert_error(self.act('start'), 409, 'desktop_locked')

    def test_without_a_reason(self):
        self.assertIsNone(self.act('lock').json['lock_reason'])
        error = self.assert_error(self.act('stop'), 409, 'desktop_locked')
        self.assertIn('no reason was given', error['message'])

    def test_a_reason_that_is_too_long(self):
        answer = self.act('lock', {'reason': 'x' * 256})
        self.assert_error(answer, 400, 'invalid', 'reason')
        answer = self.act('unlock', {'reason': 'x'})
        self.assert_error(answer, 400, 'invalid', 'reason')

    def test_several(self):
        """V25: lock is a batch action too."""
        body = {'filter': {'status': ['running']}, 'reason': 'Exam'}
        answer = self.post(URL + '/actions/lock', body, 'manager')
        locked = [each['locked'] for each in answer.json['desktops']]
        self.assertEqual([True, True], locked)
        body = {'desktop_ids': self.ids}
        answer = self.post(URL + '/actions/unlock', body, 'manager')
        locked = [each['locked'] for each in answer.json['desktops']]
        self.assertEqual([False, False], locked)
        self.assertEqual(sorted(self.ids * 2), sorted(self.looked_at()))

    def test_strangers_and_what_goes_away(self):
        self.add_token('boss', base.OTHER_PROJECT, base.PERSONAS['manager'])
        answer = self.act('lock', {}, 'boss')
        self.assert_error(answer, 404, 'not_found')
        self.sql("UPDATE desktops SET status = 'deleting'")
        self.assert_error(self.act('lock'), 409, 'desktop_wrong_state')


class ProtectTest(_FlagTest):
    def test_v39_v40_protect_and_unprotect(self):
        self.assertTrue(self.act('protect').json['protected'])
        error = self.assert_error(self.act('delete'), 409, 'desktop_protected')
        self.assertIn('desk_000', error['message'])
        answer = self.call('DELETE', self.path)
        self.assert_error(answer, 409, 'desktop_protected')
        self.assertEqual(202, self.act('stop').status_int)
        self.assertFalse(self.act('unprotect').json['protected'])
        self.assertEqual([self.ids[0]] * 2, self.looked_at())

    def test_v39_a_protected_desktop_keeps_its_pool(self):
        pool_id = self.make_pool(2)
        self.sql(
            "UPDATE desktops SET protected = true WHERE name = 'class-a_02'"
        )
        answer = self.call('DELETE', '/v1/pools/' + pool_id)
        error = self.assert_error(answer, 409, 'desktop_protected')
        self.assertIn('class-a_02', error['message'])
        answer = self.post(
            '/v1/pools/%s/actions/resize' % pool_id, {'size': 1}
        )
        self.assertEqual('class-a_01', answer.json['items'][0]['name'])

    def test_a_protected_desktop_can_be_rebuilt(self):
        self.act('protect')
        self.assertEqual(202, self.act('rebuild', {}, 'member').status_int)
