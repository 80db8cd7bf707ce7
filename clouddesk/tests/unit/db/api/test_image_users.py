from clouddesk.db import models
from clouddesk.db.api import image_users
from clouddesk.db.api import images
from clouddesk.db.api import templates
from clouddesk.tests.unit.db import base

WIN = images.Known('win', 'project', 'win11')


class UsersTest(base.DatabaseTestCase):
    def users(self, image_id='win'):
        found = image_users.of([image_id, 'unused'])
        self.assertEqual([], found['unused'])
        return [(user.kind, user.name) for user in found[image_id]]

    def template(self, **spec):
        return templates.create(
            base.SPEC
            | {
                'project_id': 'project',
                'user_id': 'ada',
                'region': 'RegionOne',
                'name': 'office',
                'visibility': 'exclusive',
            }
            | spec
        )

    def test_a_desktop_without_a_pool(self):
        """I5"""
        desktop = self.desktop(image_id='win')
        self.assertEqual([('desktops', desktop.name)], self.users())

    def test_a_pool_speaks_for_its_desktops(self):
        """I5: twenty desktops are one pool."""
        self.pool(size=3, image_id='win')
        self.assertEqual([('pools', 'class')], self.users())

    def test_a_desktop_that_is_older_than_its_pool(self):
        """I5: made from what the pool was before."""
        pool, (one, *_others) = self.pool(size=2, image_id='mac')
        self.set_desktops([one.id], 'running', image_id='win')
        self.assertEqual([('desktops', one.name)], self.users())

    def test_further_disks(self):
        """M20, I5: a pool speaks for its desktops here, too."""
        disks = [{'image_id': each, 'size': 1} for each in ('tools', 'win')]
        self.pool(size=2, data_disks=disks)
        self.desktop(data_disks=disks[1:])
        self.template(data_disks=disks)
        expected = ['desktops', 'pools', 'templates']
        self.assertEqual(expected, [kind for kind, _name in self.users()])

    def test_more_images_than_a_union_takes(self):
        """I5: a batch of any size is one query."""
        ids = ['image-%d' % number for number in range(900)]
        self.desktop(data_disks=[{'image_id': ids[-1], 'size': 1}])
        users = image_users.of(ids)
        self.assertEqual(['desktops'], [u.kind for u in users[ids[-1]]])

    def test_nothing(self):
        self.assertEqual({}, image_users.of([]))

    def test_a_template(self):
        """I5: nothing is made from it yet."""
        self.template(image_id='win')
        self.assertEqual([('templates', 'office')], self.users())

    def test_an_old_revision(self):
        """I5: it counts while something that was made from it is there."""
        template = self.template(image_id='win')
        spec = {key: getattr(template, key) for key in models.SPEC}
        spec['image_id'] = 'mac'
        templates.update(template.id, 1, {}, spec, 'ada')
        self.assertEqual([], self.users())
        desktop = self.desktop(image_id='mac')
        self.set_desktops(
            [desktop.id],
            'running',
            template_id=template.id,
            template_revision=1,
        )
        self.assertEqual([('templates', 'office')], self.users())

    def test_names_of_other_projects(self):
        """I5: they are counted, not named."""
        self.desktop(image_id='win')
        self.desktop(image_id='win', order=base.STRANGER)
        users = image_users.of(['win'])['win']
        error = image_users.in_use(WIN, users, 'project')
        self.assertIn('1 of other projects', error.text)
        self.assertEqual(1, len(error.details['desktops']))
        self.assertEqual(2, error.details['total'])
        error = image_users.in_use(WIN, users, None)
        self.assertEqual(2, len(error.details['desktops']))

    def test_image_builds(self):
        """I5: one on a builder, and one that is not done with its image."""
        build = {
            'project_id': 'project',
            'user_id': 'ada',
            'name': 'golden',
            'source_type': 'image',
            'source_id': 'win',
        }
        builder = self.desktop(image_id='win')
        self.write(
            models.ImageBuild.__table__.insert().values(
                id='one',
                note='',
                kind='system',
                properties={},
                created_at=builder.created_at,
                updated_at=builder.created_at,
                builder_id=builder.id,
                image_id='next',
                **build,
            )
        )
        self.assertEqual([('image_builds', 'golden')], self.users())
        self.assertEqual([('image_builds', 'golden')], self.users('next'))
