"""Ids of others, where a body or a query takes an id (house rule 10)."""

from clouddesk.tests.functional.attack import test_personas

MISSING = test_personas.MISSING
#: Who asks: a member of the other project.
STRANGER = 'other-member'


class ReferencesTest(test_personas.PersonasTestCase):
    def setUp(self):
        super().setUp()
        there = self.school.other_project_id
        self.cloud.glance.images[self.image_id]['visibility'] = 'private'
        self.mine = self.cloud.glance.create_image(there, 'mine')
        (self.network,) = (
            network['id']
            for network in self.neutron.networks.values()
            if network['project_id'] == there
        )
        self.outside = self.neutron.create_network(
            there, 'outside', '172.30.0.0/24', external=True
        )
        self.private = self.neutron.create_network(
            self.school.project_id, 'inner', '10.9.0.0/24'
        )
        self.made = {
            name: self.makers[name + '_id']({})
            for name in ('desktop', 'pool', 'course', 'template', 'work_order')
        }

    def wish(self, **extra):
        wanted = {'image_id': self.mine, 'flavor_id': self.flavor_id}
        return wanted | {'name': 'Eve', 'network_id': self.network} | extra

    def assertSame(self, status, method, url, body, foreign):
        """The answer about something of others is that about nothing.

        :param url: with ``%s`` in it or in the body, where the id stands
        """
        told = []
        before = self.state()
        for id_ in (foreign, MISSING):
            wanted = _filled(body, id_)
            answer = self.call(method, _filled(url, id_), wanted, STRANGER)
            self.assertEqual(status, answer.status_code, answer.text)
            told.append(answer.text.replace(id_, 'ID'))
        errors = [_without_request(each) for each in told]
        self.assertEqual(errors[1], errors[0])
        self.assertEqual(before, self.state())

    # -- bodies ------------------------------------------------------------

    def test_what_desktops_are_made_from(self):
        for noun, extra in (
            ('desktops', {}),
            ('pools', {'size': 1}),
            ('courses', {'size': 1}),
            ('templates', {}),
        ):
            for field, foreign in (
                ('image_id', self.image_id),
                ('network_id', self.private),
                ('floating_network_id', self.private),
            ):
                body = self.wish(**extra) | {field: '%s'}
                for query in ('', '?dry_run=true'):
                    if field == 'floating_network_id':
                        body['remote_protocols'] = ['ssh']
                    url = '/v1/%s%s' % (noun, query)
                    self.assertSame(400, 'POST', url, body, foreign)

    def test_templates_of_others(self):
        for noun, extra in (
            ('desktops', {}),
            ('pools', {'size': 1}),
            ('courses', {'size': 1}),
        ):
            body = {'name': 'Eve', 'template_id': '%s', **extra}
            for foreign in (self.made['template'], self.made['course']):
                self.assertSame(400, 'POST', '/v1/' + noun, body, foreign)

    def test_batches(self):
        """One's own beside another's is refused whole."""
        mine = self.call('POST', '/v1/desktops', self.wish(), STRANGER).json()
        ours = mine['items'][0]['desktop_id']
        for verb in ('start', 'stop', 'reboot', 'retry', 'rebuild', 'delete'):
            url = '/v1/desktops/actions/' + verb
            for ids in (['%s'], [ours, '%s']):
                body = {'desktop_ids': ids}
                foreign = self.made['desktop']
                self.assertSame(404, 'POST', url, body, foreign)
        for verb in ('retry', 'pause', 'resume', 'cancel'):
            url = '/v1/work-orders/actions/' + verb
            for ids in (['%s'], [mine['id'], '%s']):
                body = {'work_order_ids': ids}
                foreign = self.made['work_order']
                self.assertSame(404, 'POST', url, body, foreign)

    def test_filters_of_batches(self):
        for field, foreign in self.filters().items():
            body = {'filter': {field: '%s'}}
            url = '/v1/desktops/actions/delete'
            self.assertSame(400, 'POST', url, body, foreign)

    def test_what_is_found_for_strangers_is_not_told(self):
        """Whether a user exists is for those who may see the desktop."""
        url = '/v1/desktops/%s/actions/assign' % self.made['desktop']
        told = {
            _without_request(self.call('POST', url, body, STRANGER).text)
            for body in (
                {'user_id': self.people.ids['member']},
                {'user_id': MISSING},
                {'group_id': MISSING},
            )
        }
        self.assertEqual(1, len(told))

    def test_what_a_body_does_not_take(self):
        """Nobody's project, server or secret is set from outside."""
        fields = ('project_id', 'user_id', 'pool_id', 'server_id', 'port_id')
        fields += ('secret_ref', 'security_groups', 'work_order_id')
        for noun, extra in (
            ('desktops', {}),
            ('pools', {'size': 1}),
            ('courses', {'size': 1}),
            ('templates', {}),
        ):
            for field in fields:
                body = self.wish(**extra) | {field: '%s'}
                foreign = self.made['desktop']
                self.assertSame(400, 'POST', '/v1/' + noun, body, foreign)

    # -- queries -----------------------------------------------------------

    def filters(self):
        return {
            'pool_id': self.made['pool'],
            'image_id': self.image_id,
            'network_id': self.private,
            'server_id': self.made['desktop'],
            'work_order_id': self.made['work_order'],
            'template_id': self.made['template'],
            'assignee_id': self.assignee_id,
        }

    def test_filters_find_nothing_of_others(self):
        for field, foreign in self.filters().items():
            for path in ('/v1/desktops', '/v1/desktops/export'):
                url = '%s?%s=%%s' % (path, field)
                self.assertSame(200, 'GET', url, None, foreign)
        for words in ('q=desk', 'name=desk', 'q=' + self.assignee_id):
            answer = self.call(
                'GET', '/v1/desktops?summary=true&' + words, None, STRANGER
            ).json()
            self.assertEqual([], answer['desktops'])
            self.assertEqual(0, answer['summary']['count'])
        for field in ('subject_id', 'desktop_id'):
            for foreign in (self.made['pool'], self.made['desktop']):
                url = '/v1/work-orders?%s=%%s' % field
                self.assertSame(200, 'GET', url, None, foreign)

    def test_markers(self):
        for noun, kind in (
            ('desktops', 'desktop'),
            ('pools', 'pool'),
            ('courses', 'course'),
            ('templates', 'template'),
            ('work-orders', 'work_order'),
        ):
            url = '/v1/%s?marker=%%s' % noun
            self.assertSame(400, 'GET', url, None, self.made[kind])

    def test_other_projects(self):
        for path in ('desktops', 'pools', 'courses', 'templates', 'limits'):
            for query in (
                'project_id=%s',
                'all_projects=true',
                'all_projects=true&project_id=%s',
            ):
                url = '/v1/%s?%s' % (path, query)
                if path == 'limits' and 'all_projects' in query:
                    continue
                self.assertSame(403, 'GET', url, None, self.school.project_id)

    def test_wildcards_are_letters(self):
        """V5: ``%`` and ``_`` in a search stand for themselves."""
        for words in ('%25', '%25%25', 'd%25k', 'd__k', '%5C', '%27'):
            answer = self.call('GET', '/v1/desktops?q=' + words)
            self.assertEqual([], answer.json()['desktops'], words)
        found = self.call('GET', '/v1/desktops?q=es').json()['desktops']
        self.assertTrue(found)


def _filled(value, id_):
    """A body or a URL with an id where ``%s`` stands."""
    if isinstance(value, dict):
        return {key: _filled(each, id_) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, id_) for each in value]
    return value.replace('%s', id_) if isinstance(value, str) else value


def _without_request(text):
    return test_personas.UUID.sub('REQUEST', text)
