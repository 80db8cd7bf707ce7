from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

ADA, BOB = fakes.desktop('Ada'), fakes.desktop('Bob')
PATH = '/desktops/' + ADA['id']


class LocksTest(base.SDKTest):
    def test_one(self):
        """V39, V40"""
        for verb in ('lock', 'unlock', 'protect', 'unprotect'):
            self.cloud.answer(
                'POST', f'{PATH}/actions/{verb}', ADA | {'locked': True}
            )
            act = getattr(self.proxy, f'{verb}_desktop')
            self.assertTrue(act(ADA['id']).locked)
        self.proxy.lock_desktop(ADA['id'], reason='Exam')
        self.assertEqual({'reason': 'Exam'}, self.cloud.calls('POST')[-1][2])

    def test_several(self):
        """V25"""
        for verb in ('lock', 'unlock'):
            path = f'/desktops/actions/{verb}'
            self.cloud.answer('POST', path, {'desktops': [ADA, BOB]})
            act = getattr(self.proxy, f'{verb}_desktops')
            found = act([ADA['id'], BOB['id']])
            self.assertEqual(['Ada', 'Bob'], [each.name for each in found])
        body = {'desktop_ids': [ADA['id'], BOB['id']]}
        self.assertEqual(body, self.cloud.calls('POST')[-1][2])

    def test_filters_are_spelled_as_the_api_reads_them(self):
        path = '/desktops/actions/stop'
        self.cloud.answer('POST', path, fakes.order())
        self.proxy.stop_desktops(
            {'status': 'running', 'search': 'a', 'any_tags': ['x']}, wave=4
        )
        self.assertEqual(
            {
                'filter': {'status': ['running'], 'q': 'a', 'tags-any': ['x']},
                'wave': 4,
            },
            self.cloud.calls('POST')[-1][2],
        )

    def test_migrate(self):
        """V42"""
        path = PATH + '/actions/migrate'
        self.cloud.answer('POST', path, fakes.order())
        self.proxy.migrate_desktop(ADA['id'])
        self.proxy.migrate_desktop(ADA['id'], host='two')
        sent = [call[2] for call in self.cloud.calls('POST')]
        self.assertEqual([{}, {'host': 'two'}], sent)
