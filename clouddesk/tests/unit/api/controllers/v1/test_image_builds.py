from clouddesk.tests.unit.api import base

URL = '/v1/image-builds'


class CreateTest(base.ApiTest):
    wanted = {
        'name': 'office',
        'image_id': base.IMAGE,
        'flavor_id': base.FLAVOR,
    }

    def create(self, **values):
        return self.post(URL, self.wanted | values, 'manager')

    def test_ram_that_no_flavor_has(self):
        """M10: neither of its own, nor with what its base needs."""
        for limits in (
            {'min_ram': 8192, 'max_ram': 2048},
            {'max_ram': 1023},
        ):
            error = self.assert_error(
                self.create(**limits), 400, 'invalid', 'max_ram'
            )
            self.assertIn('%d MiB' % limits['max_ram'], error['message'])
        answer = self.create(max_ram=1024)
        self.assertEqual(202, answer.status_int, answer.text)

    def test_of_a_desktop(self):
        (desktop_id,) = self.make_desktops(1)
        path = '/v1/desktops/%s/actions/create_image' % desktop_id
        wanted = {'name': 'golden', 'min_ram': 8192, 'max_ram': 1024}
        answer = self.post(path, wanted, 'manager')
        self.assert_error(answer, 400, 'invalid', 'max_ram')
