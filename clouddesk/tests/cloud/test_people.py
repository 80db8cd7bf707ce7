from openstack import exceptions

from clouddesk.tests.cloud import base

#: What a student may not do, even to a desktop of hers.
REFUSED = ('reboot', 'retry', 'delete', 'assign', 'unassign')


class StudentTest(base.CloudTest):
    """The role reader, and nothing else."""

    def setUp(self):
        super().setUp()
        self.reader = self.connect(base.READER)
        self.user_id = self.reader.current_user_id

    def test_a_student_opens_her_desktop(self):
        """I16: she sees, stops, starts and opens hers, and no other."""
        name, other = self.name(), self.name()
        for each in (name, other):
            self.openstack('create', each, *base.SPEC, '--wait')
        self.openstack('assign', name, '--user', self.user_id)
        (listed,) = self.student('list')
        self.assertEqual(name, listed['Name'])
        for verb, status in (('stop', 'off'), ('start', 'running')):
            (row,) = self.student(verb, name, '--wait')
            self.assertEqual(status, row['Status'])
        self.assertIn('://', self.student('console', name)['url'])
        self.assertIsNotNone(self.student('connect', name)['method'])
        for verb in ('show', 'start', 'console', 'connect'):
            self.openstack(verb, other, cloud=base.READER, code=1)
        desktop = self.proxy.find_desktop(name)
        for verb in REFUSED:
            body = {'user_id': 'x'} if verb == 'assign' else {}
            self.assertRaises(
                exceptions.ForbiddenException,
                desktop._act,
                self.reader.desktop,
                verb,
                body,
            )

    def test_a_student_takes_a_desktop(self):
        pool = self.name()
        self.openstack(
            *('pool', 'create', pool, *base.SPEC, '--size', '1', '--wait'),
            *('--assignment', 'first-come', '--persistence', 'floating'),
        )
        self.openstack('take', pool, cloud=base.READER, code=1)
        self.openstack('pool', 'add', 'member', pool, '--user', self.user_id)
        taken = self.student('take', pool)
        self.assertEqual(self.user_id, taken['assignee']['id'])
        refused = self.openstack('take', pool, code=1)
        self.assertIn(pool, refused.stderr)
        self.student('release', taken['id'])
        self.assertEqual([], self.student('list', '--mine'))
        self.assertEqual(taken['id'], self.json('take', pool)['id'])

    def student(self, *words):
        return self.json(*words, cloud=base.READER)
