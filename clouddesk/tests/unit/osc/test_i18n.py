import ddt
from oslotest import base

from clouddesk.osc import i18n


@ddt.ddt
class LanguageTest(base.BaseTestCase):
    @ddt.data(
        ({}, None),
        ({'LANG': 'zh_CN.UTF-8'}, 'zh-CN'),
        ({'LANG': 'zh_CN.UTF-8', 'LC_ALL': 'C.UTF-8'}, None),
        ({'LANG': 'de_DE@euro', 'LC_MESSAGES': ''}, 'de-DE'),
        ({'LANGUAGE': 'zh_CN:en', 'LANG': 'de_DE.UTF-8'}, 'zh-CN'),
        ({'LC_ALL': 'POSIX'}, None),
    )
    @ddt.unpack
    def test_of_the_shell(self, environ, expected):
        self.assertEqual(expected, i18n.language(environ))
