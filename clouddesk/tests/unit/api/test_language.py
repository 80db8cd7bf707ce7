"""Answers in the reader's language."""

import ddt
from oslotest import base as test_base

from clouddesk import i18n
from clouddesk.api import language
from clouddesk.tests.unit.api import base


@ddt.ddt
class LanguageTest(test_base.BaseTestCase):
    @ddt.data(
        ('', 'en_US'),
        ('zh-CN', 'zh_CN'),
        ('zh', 'zh_CN'),
        ('zh-Hans-CN', 'zh_CN'),
        ('ZH-cn;q=0.9, de', 'zh_CN'),
        ('en-GB, zh-CN;q=0.8', 'en_US'),
        ('zh-CN;q=0.2, en', 'en_US'),
        ('zh;q=0, de', 'en_US'),
        ('xx', 'en_US'),
        ('*', 'en_US'),
        ('in a fine mess,,;q=x', 'en_US'),
        ('\x00\xff', 'en_US'),
    )
    @ddt.unpack
    def test_of_a_request(self, header, expected):
        environ = {'HTTP_ACCEPT_LANGUAGE': header}
        self.assertEqual(expected, language.of(environ))

    def test_without_the_header(self):
        self.assertEqual(i18n.ENGLISH, language.of({}))


class AnswersTest(base.ApiTest):
    CHINESE = {'Accept-Language': 'zh-CN,zh;q=0.9,en;q=0.8'}

    def ask(self, method='GET', path='/v1/desktops', body=None, **kwargs):
        headers = kwargs.pop('headers', self.CHINESE)
        return self.call(method, path, body, headers=headers, **kwargs)

    def test_an_error(self):
        """The title and the message, with the words in it."""
        answer = self.ask(path='/v1/desktops/%s' % base.UNKNOWN)
        error = self.assert_error(answer, 404, 'not_found')
        self.assertEqual('未找到', error['title'])
        self.assertEqual('未找到桌面 %s。' % base.UNKNOWN, error['message'])
        self.assertEqual('zh-CN', answer.headers['Content-Language'])
        self.assertIn('Accept-Language', answer.headers.getall('Vary'))

    def test_an_error_in_english(self):
        path = '/v1/desktops/%s' % base.UNKNOWN
        answer = self.ask(path=path, headers={})
        expected = 'The desktop %s was not found.' % base.UNKNOWN
        self.assertEqual(expected, answer.error['message'])
        self.assertEqual('en-US', answer.headers['Content-Language'])

    def test_a_complaint_of_a_schema(self):
        """Also its parts: what kinds, what rule, how many."""
        for name, expected in (
            ('a', 'name 有 1 个字符，至少需要 2 个。'),
            ('a b', 'name 必须是字母、数字、汉字和下划线。'),
            (1, 'name 必须是文本。'),
        ):
            body = {'name': name, 'image_id': base.IMAGE, 'flavor_id': 'f'}
            answer = self.ask('POST', body=body)
            error = self.assert_error(answer, 400, 'invalid', 'name')
            self.assertEqual(expected, error['message'])

    def test_what_a_library_refuses(self):
        answer = self.ask(persona=None)
        self.assertEqual('需要有效的令牌。', answer.error['message'])

    def test_an_answer(self):
        answer = self.ask(path='/v1')
        self.assertEqual('zh-CN', answer.headers['Content-Language'])
