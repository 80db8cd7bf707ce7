import re

import ddt
from hypothesis import given
from hypothesis import strategies
from oslo_config import fixture as config_fixture
from oslotest import base

from clouddesk import conf
from clouddesk.cloud import naming

DESKTOP = '6f1e9a52-5a7e-4f0e-9d56-1f0c52a3a9c1'


@ddt.ddt
class HostnameTest(base.BaseTestCase):
    @ddt.data(
        ('Ada', 'ada'),
        ('Lab_01', 'lab-01'),
        ('_a_', 'a'),
        ('王老师', 'desktop-6f1e9a52'),
        ('Ada_王', 'desktop-6f1e9a52'),
        ('__', 'desktop-6f1e9a52'),
        ('x' * 70, 'x' * 63),
    )
    @ddt.unpack
    def test_examples(self, name, hostname):
        self.assertEqual(hostname, naming.hostname(name, DESKTOP))

    @given(strategies.text())
    def test_always_a_label(self, name):
        self.assertTrue(
            re.fullmatch(
                '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?',
                naming.hostname(name, DESKTOP),
            )
        )


class MarksTest(base.BaseTestCase):
    def test_tag_suits_nova(self):
        """At most 60 characters, neither commas nor slashes."""
        tag = naming.desktop_tag(DESKTOP)
        self.assertTrue(re.fullmatch('[^,/]{1,60}', tag))

    def test_name_leads_back(self):
        name = naming.resource_name(DESKTOP)
        self.assertEqual(DESKTOP, naming.desktop_of(name))

    def test_other_names(self):
        self.assertIsNone(naming.desktop_of('web'))
        self.assertIsNone(naming.desktop_of(None))


@ddt.ddt
class InstallationTest(base.BaseTestCase):
    def use(self, installation):
        config = self.useFixture(config_fixture.Config(conf.CONF)).config
        config(installation=installation, group='cloud')

    @ddt.data(None, 'ours')
    def test_signature(self, installation):
        self.use(installation)
        name = naming.resource_name(DESKTOP)
        mine = naming.signed(name)
        self.assertEqual(DESKTOP, naming.desktop_of(mine))
        self.assertTrue(naming.is_signed(mine))
        self.use('theirs')
        theirs = naming.signed(name)
        self.assertFalse(naming.is_signed(mine))
        self.use(installation)
        self.assertFalse(naming.is_signed(theirs))
        self.assertEqual(DESKTOP, naming.desktop_of(theirs))

    @ddt.data(None, 'ours', 'x' * 64)
    def test_signature_of_a_long_name(self, installation):
        """Neutron takes 255 characters, and so many may a name have."""
        self.use(installation)
        signed = naming.signed('n' * 255)
        self.assertEqual(255, len(signed))
        self.assertTrue(naming.is_signed(signed))

    @ddt.data(None, 'ours')
    def test_metadata(self, installation):
        self.use(installation)
        mine = naming.marks()
        self.assertTrue(naming.has_marks(mine))
        self.use('theirs')
        self.assertFalse(naming.has_marks(mine))
