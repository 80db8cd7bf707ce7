from oslotest import base

from clouddesk import exceptions
from clouddesk import i18n
from clouddesk.api import answers


class AnsweringTest(base.BaseTestCase):
    def _raise(self, expected: type[Exception], error: Exception) -> Exception:
        def ask():
            with answers.answering('image_id'):
                raise error

        return self.assertRaises(expected, ask)

    def test_a_field_is_blamed_in_the_language_of_the_reader(self):
        error = self._raise(
            exceptions.Invalid, exceptions.CloudNotFound(kind='image', id='x')
        )
        self.assertEqual({'field': 'image_id'}, error.details)
        self.assertEqual(
            'image_id: image x does not exist or is not visible to you.',
            error.text,
        )
        self.assertEqual(
            'image_id：镜像 x 不存在，或对您不可见。',
            i18n.translate(error.text, 'zh_CN'),
        )

    def test_what_a_service_refuses_is_refused(self):
        error = self._raise(
            exceptions.Forbidden,
            exceptions.CloudForbidden(service='Nova', reason='no'),
        )
        self.assertEqual({'field': 'image_id'}, error.details)
        self.assertIn('Nova', error.text)
