"""Forgetting projects."""

import sqlalchemy as sa

from clouddesk import db
from clouddesk import states
from clouddesk.db import models
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import image_builds
from clouddesk.db.api import projects
from clouddesk.db.api import templates
from clouddesk.tests.unit.db import base

_TEMPLATE = base.SPEC | {
    'project_id': 'project',
    'user_id': 'ada',
    'region': '',
    'visibility': 'shared',
}


class ForgetTest(base.DatabaseTestCase):
    def rows(self, model):
        with db.reader() as session:
            return list(session.scalars(sa.select(model)))

    def test_everything_goes_but_history(self):
        """Whatever it is, at whatever an order was."""
        alone = self.desktop()
        self.set_desktops(
            [alone.id],
            states.RUNNING,
            server_id='s',
            port_id='p',
            volume_id='v',
            data_volumes=['w', 'x'],
            floating_ip_id='f',
        )
        self.pool()
        desktop_orders.create(base.ORDER, base.SPEC, ['under way'])
        build = {
            'name': 'golden',
            'note': '',
            'kind': states.SYSTEM,
            'properties': {},
            'source_type': 'image',
            'source_id': 'image',
        }
        image_builds.create(base.ORDER, build, base.SPEC, 'golden')
        stranger = self.desktop(order=base.STRANGER)
        count, left = projects.forget('project')
        self.assertEqual(6, count)
        self.assertEqual(
            [
                ('floating IP', 'f'),
                ('port', 'p'),
                ('server', 's'),
                ('volume', 'v'),
                ('volume', 'w'),
                ('volume', 'x'),
            ],
            sorted(left),
        )
        self.assertEqual(
            [stranger.id], [each.id for each in self.rows(models.Desktop)]
        )
        self.assertEqual(0, self.count(models.Pool))
        self.assertEqual(0, self.count(models.ImageBuild))
        self.assertEqual(1, self.count(models.WorkOrder))
        self.assertEqual(stranger.id, desktops.get(stranger.id).id)
        self.assertEqual((0, []), projects.forget('project'))

    def test_templates_of_others_desktops(self):
        """What is used elsewhere stays."""
        kept, gone = (
            templates.create({**_TEMPLATE, 'name': name})
            for name in ('kept', 'gone')
        )
        self.desktop(
            order=base.STRANGER, template_id=kept.id, template_revision=1
        )
        projects.forget('project')
        self.assertEqual(
            ['kept'], [each.name for each in self.rows(models.Template)]
        )
