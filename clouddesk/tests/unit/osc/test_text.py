from hypothesis import given
from hypothesis import strategies
from oslotest import base

from clouddesk.osc import text


class TextTest(base.BaseTestCase):
    def test_what_people_write_stays(self):
        for value in ('Ada', '计算机_7', 'Zoë – Ü', 'a\nb\tc', '👩\u200d🏫'):
            self.assertEqual(value, text.clean(value))

    def test_control_sequences_are_spelled_out(self):
        for value, shown in (
            ('\x1b]0;title\x07', '\\x1b]0;title\\x07'),
            ('a\rb', 'a\\rb'),
            ('\x9b2J', '\\x9b2J'),
            ('\u202efdp', '\\u202efdp'),
            ('a\u2028b', 'a\\u2028b'),
        ):
            self.assertEqual(shown, text.clean(value))

    def test_one_line(self):
        self.assertEqual('a b \\x1b', text.one_line(' a\n\t b\r\n\x1b'))

    def test_argument_is_quoted_for_a_shell(self):
        self.assertEqual("'a; rm'", text.argument('a; rm'))

    @given(strategies.text())
    def test_nothing_harmful_gets_through(self, value):
        self.assertFalse(text.has_control(text.one_line(value)))
