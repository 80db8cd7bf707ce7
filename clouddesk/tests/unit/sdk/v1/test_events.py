from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

EVENT = fakes.event()
IMAGE = EVENT['subject']['id']


class EventsTest(base.SDKTest):
    def test_every_field_of_the_api_has_an_attribute(self):
        self.cloud.answer('GET', '/events', {'events': [EVENT]})
        (found,) = self.proxy.events()
        for field, value in EVENT.items():
            self.assertEqual(value, getattr(found, field), field)

    def test_m22_filters(self):
        call = self.cloud.answer('GET', '/events', {'events': []})
        query = {
            'action': 'image.retire',
            'outcome': 'failure',
            'subject_type': 'image',
            'subject_id': IMAGE,
            'since': '2026-09-01t08:00:00z',
        }
        self.assertEqual([], list(self.proxy.events(**query)))
        self.assertEqual(
            {key: [value] for key, value in query.items()},
            call.last_request.qs,
        )

    def test_m22_the_history_of_an_image(self):
        call = self.cloud.answer(
            'GET', '/images/%s/history' % IMAGE, {'events': [EVENT]}
        )
        (found,) = self.proxy.image_history(IMAGE, action='image.update')
        self.assertEqual(EVENT['id'], found.id)
        self.assertEqual(IMAGE, found.image_id)
        self.assertEqual({'action': ['image.update']}, call.last_request.qs)
