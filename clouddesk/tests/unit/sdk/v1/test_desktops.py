from openstack import exceptions

from clouddesk.sdk.v1 import desktop as _desktop
from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

ADA = fakes.desktop('Ada')
BOB = fakes.desktop('Bob')
PATH = '/desktops/' + ADA['id']


class ReadTest(base.SDKTest):
    def test_every_field_of_the_api_has_an_attribute(self):
        self.cloud.answer('GET', PATH, ADA)
        found = self.proxy.get_desktop(ADA['id'])
        for field, value in ADA.items():
            self.assertEqual(value, getattr(found, field), field)

    def test_a_list_follows_its_links(self):
        link = {'rel': 'next', 'href': f'{fakes.API}/desktops?marker=m'}
        self.cloud.answer(
            'GET', '/desktops', {'desktops': [ADA], 'links': [link]}
        )
        self.cloud.answer(
            'GET', '/desktops?marker=m', {'desktops': [BOB], 'links': []}
        )
        names = [desktop.name for desktop in self.proxy.desktops()]
        self.assertEqual(['Ada', 'Bob'], names)

    def test_filters_are_spelled_as_the_api_reads_them(self):
        call = self.cloud.answer('GET', '/desktops', {'desktops': []})
        list(
            self.proxy.desktops(
                status=['off', 'fault'],
                search='Ad',
                all_projects=True,
                pool_id=None,
            )
        )
        self.assertEqual(
            {'status': ['off,fault'], 'q': ['ad'], 'all_projects': ['true']},
            call.last_request.qs,
        )

    def test_one_page_on_demand(self):
        call = self.cloud.answer('GET', '/desktops', {'desktops': [ADA]})
        self.assertEqual(
            1, len(list(self.proxy.desktops(limit=1, paginated=False)))
        )
        self.assertEqual(1, call.call_count)

    def test_summary(self):
        """V8: the totals are those of the whole query."""
        summary = {'count': 12, 'vcpus': 24, 'ram': 49152, 'disk': 240}
        call = self.cloud.answer(
            'GET', '/desktops', {'desktops': [ADA], 'summary': summary}
        )
        found = self.proxy.get_desktop_summary(status='running', search='A')
        self.assertEqual(
            (12, 24, 49152, 240),
            (found.count, found.vcpus, found.ram, found.disk),
        )
        self.assertEqual(
            {
                'status': ['running'],
                'q': ['a'],
                'summary': ['true'],
                'limit': ['1'],
            },
            call.last_request.qs,
        )


class FindTest(base.SDKTest):
    def _named(self, *found):
        self.cloud.refuse('GET', '/desktops/Ada', 404, 'No such desktop.')
        self.cloud.answer(
            'GET', '/desktops?name=Ada', {'desktops': list(found)}
        )

    def test_by_id(self):
        self.cloud.answer('GET', PATH, ADA)
        self.assertEqual('Ada', self.proxy.find_desktop(ADA['id']).name)

    def test_by_name(self):
        self._named(ADA)
        self.assertEqual(ADA['id'], self.proxy.find_desktop('Ada').id)

    def test_in_every_project(self):
        self._named(ADA)
        self.proxy.find_desktop('Ada', all_projects=True)
        self.assertIn('all_projects=true', self.cloud.calls()[-1][1])

    def test_two_of_the_same_name(self):
        """V32: names of desktops need not be unique."""
        self._named(ADA, fakes.desktop('Ada', id='another'))
        self.assertRaises(
            exceptions.DuplicateResource, self.proxy.find_desktop, 'Ada'
        )

    def test_none(self):
        self._named()
        self.assertIsNone(self.proxy.find_desktop('Ada'))
        self.assertRaises(
            exceptions.NotFoundException,
            self.proxy.find_desktop,
            'Ada',
            ignore_missing=False,
        )


class WriteTest(base.SDKTest):
    def test_create_answers_with_the_work_order(self):
        order = fakes.order(items=[fakes.item(ADA, 'pending')])
        call = self.cloud.answer('POST', '/desktops', order)
        made = self.proxy.create_desktop(
            name='Ada', image_id='i', flavor_id='f', count=1
        )
        self.assertEqual(
            {'name': 'Ada', 'image_id': 'i', 'flavor_id': 'f', 'count': 1},
            call.last_request.json(),
        )
        self.assertEqual(order['id'], made.id)
        self.assertEqual(ADA['id'], made.work_items[0]['desktop_id'])
        self.assertFalse(made.is_finished)

    def test_update_sends_only_what_changes(self):
        call = self.cloud.answer('PATCH', PATH, ADA | {'note': 'x'})
        updated = self.proxy.update_desktop(ADA['id'], note='x')
        self.assertEqual({'note': 'x'}, call.last_request.json())
        self.assertEqual('x', updated.note)

    def test_delete(self):
        self.cloud.answer('DELETE', PATH, fakes.order(kind='desktop.delete'))
        order = self.proxy.delete_desktop(ADA['id'])
        self.assertEqual('desktop.delete', order.kind)

    def test_delete_of_what_is_gone(self):
        self.cloud.refuse('DELETE', PATH, 404, 'No such desktop.')
        self.assertIsNone(self.proxy.delete_desktop(ADA['id']))
        self.assertRaises(
            exceptions.NotFoundException,
            self.proxy.delete_desktop,
            ADA['id'],
            ignore_missing=False,
        )

    def test_a_refusal_tells_the_message_of_the_service(self):
        message = 'Desktop Ada is off; stop needs running.'
        self.cloud.refuse('POST', PATH + '/actions/stop', 409, message)
        error = self.assertRaises(
            exceptions.ConflictException, self.proxy.stop_desktop, ADA['id']
        )
        self.assertEqual(message, error.details)


class ActionTest(base.SDKTest):
    ONE = (
        ('start', 'start_desktop', {}, {}),
        ('stop', 'stop_desktop', {}, {}),
        ('reboot', 'reboot_desktop', {}, {}),
        ('reboot', 'reboot_desktop', {'force': True}, {'force': True}),
        ('retry', 'retry_desktop', {}, {}),
    )
    SEVERAL = (*ONE, ('delete', 'delete_desktops', {}, {}))

    def test_on_one_desktop(self):
        desktop = _desktop.Desktop.existing(**ADA)
        for action, verb, kwargs, body in self.ONE:
            path = f'{PATH}/actions/{action}'
            self.cloud.answer('POST', path, fakes.order())
            order = getattr(self.proxy, verb)(desktop, **kwargs)
            self.assertEqual('running', order.status)
            self.assertEqual(('POST', path, body), self.cloud.calls()[-1])

    def test_on_several_in_one_order(self):
        desktops = [_desktop.Desktop.existing(**ADA), BOB['id']]
        for action, verb, kwargs, body in self.SEVERAL:
            path = f'/desktops/actions/{action}'
            self.cloud.answer('POST', path, fakes.order())
            several = verb.removesuffix('s') + 's'
            getattr(self.proxy, several)(desktops, **kwargs)
            body = body | {'desktop_ids': [ADA['id'], BOB['id']]}
            self.assertEqual(('POST', path, body), self.cloud.calls()[-1])

    def test_console(self):
        console = {'type': 'novnc', 'protocol': 'vnc', 'url': 'http://c'}
        path = PATH + '/actions/console'
        call = self.cloud.answer('POST', path, console)
        self.assertEqual(console, self.proxy.get_desktop_console(ADA['id']))
        self.assertEqual({}, call.last_request.json())
        self.proxy.get_desktop_console(ADA['id'], 'serial')
        self.assertEqual({'type': 'serial'}, call.last_request.json())
