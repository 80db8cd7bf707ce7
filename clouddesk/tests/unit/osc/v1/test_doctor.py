from clouddesk.tests.unit.osc import base

WELL = {'name': 'database', 'status': 'ok', 'message': 'Fine.', 'cost': None}
WARNING = {
    'name': 'dns',
    'status': 'warning',
    'message': 'None.',
    'cost': 'No names.',
}
ERROR = {
    'name': 'conductor',
    'status': 'error',
    'message': 'None\x1b answers.',
    'cost': 'Orders wait.',
}


class DoctorTest(base.ShellTest):
    def know_checks(self, *checks):
        self.cloud.answer('GET', '/checks', {'checks': checks})

    def test_warnings_are_no_failure(self):
        self.know_checks(WELL, WARNING)
        out = self.succeed('desktop doctor')
        self.assertRegex(out, r'dns +\| warning +\| None\. +\| No names\.')

    def test_an_error_is(self):
        self.know_checks(WELL, ERROR)
        code, out, _err = self.openstack('desktop doctor')
        self.assertEqual(1, code)
        self.assertRegex(out, r'conductor +\| error +\| None\\x1b answers')
