import ddt
from oslotest import base

from clouddesk.cloud import image_facts
from clouddesk.cloud import types

SAID = {'id': 'i', 'name': None, 'status': 'queued'}


@ddt.ddt
class ImageFactsTest(base.BaseTestCase):
    def test_the_least_that_glance_says(self):
        found = image_facts.image(SAID)
        self.assertEqual(types.Image('i', None, 'queued'), found)

    def test_all_that_we_know(self):
        """M2, M10, I3: what Glance has no field for is in properties."""
        found = image_facts.image(
            SAID
            | {
                'description': 'memo',
                'clouddesk_kind': 'data',
                'clouddesk_origin': 'iso',
                'clouddesk_max_ram': '4096',
                'clouddesk_min_vcpus': '2',
                'hw_vif_multiqueue_enabled': 'True',
                'os_hidden': True,
                'os_distro': 'debian',
                'hw_machine_type': 'q35',
                'os_hash_algo': 'sha512',
                'os_hash_value': 'ab',
                'checksum': 'cd',
                'tags': ['b', 'a'],
                'self': '/v2/images/i',
                'direct_url': 'rbd://secret',
            }
        )
        self.assertEqual(
            types.Image(
                'i',
                None,
                'queued',
                note='memo',
                kind='data',
                origin='iso',
                max_ram=4096,
                min_vcpus=2,
                multiqueue=True,
                hidden=True,
                os_distro='debian',
                properties={'hw_machine_type': 'q35'},
                checksum=types.Checksum('sha512', 'ab'),
                tags=('a', 'b'),
            ),
            found,
        )

    def test_an_old_checksum(self):
        found = image_facts.image(SAID | {'checksum': 'cd'})
        self.assertEqual(types.Checksum('md5', 'cd'), found.checksum)

    @ddt.data('', 'many', '-1', '٣', '1.5', '2147483648', '9' * 5000)
    def test_nonsense_is_no_limit(self, text):
        """Anybody may write the properties of her image by herself."""
        found = image_facts.image(
            SAID
            | {
                'clouddesk_max_ram': text,
                'clouddesk_min_vcpus': text,
                'clouddesk_kind': text,
            }
        )
        self.assertIsNone(found.max_ram)
        self.assertIsNone(found.min_vcpus)
        self.assertEqual('system', found.kind)

    def test_changes(self):
        present = SAID | {'clouddesk_max_ram': '1', 'old/er': 'x'}
        patch = image_facts.changes(
            present,
            {
                'name': 'win11',
                'hidden': True,
                'min_ram': 0,
                'multiqueue': False,
                'kind': 'data',
                'max_ram': None,
                'min_vcpus': None,
                'note': '',
                'properties': {'hw_x~y': '1', 'old/er': None, 'gone': None},
            },
        )
        self.assertEqual(
            [
                ('replace', '/name', 'win11'),
                ('replace', '/os_hidden', True),
                ('replace', '/min_ram', 0),
                ('add', '/hw_vif_multiqueue_enabled', 'false'),
                ('add', '/clouddesk_kind', 'data'),
                ('remove', '/clouddesk_max_ram', None),
                ('add', '/hw_x~0y', '1'),
                ('remove', '/old~1er', None),
            ],
            [(each['op'], each['path'], each.get('value')) for each in patch],
        )
