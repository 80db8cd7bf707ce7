"""Names from templates (V11)."""

import string

import ddt
import hypothesis
from hypothesis import strategies
from oslotest import base

from clouddesk import exceptions
from clouddesk import names

_BASES = strategies.text(
    strategies.sampled_from(string.ascii_letters + string.digits + '_課程'),
    min_size=2,
    max_size=20,
)
_SERIALS = strategies.integers(min_value=1, max_value=500)
_LITERALS = strategies.text(
    strategies.characters(
        exclude_categories=('C', 'Z'), exclude_characters='{}'
    ),
    max_size=12,
)


@ddt.ddt
class RenderTestCase(base.BaseTestCase):
    def render(self, template, serial=7):
        return names.render(template, 'class', serial, 'school')

    @ddt.data(
        ('{base}_{serial}', 'class_7'),
        ('{base}_{serial:02d}', 'class_07'),
        ('{serial:3}', '007'),
        ('{serial:03}', '007'),
        ('{serial:d}', '7'),
        ('{project}-{base}-{serial:1}', 'school-class-7'),
        ('{serial}{serial}', '77'),
        ('a{{b}}{serial}', 'a{b}7'),
        ('桌面{serial}', '桌面7'),
    )
    @ddt.unpack
    def test_fields(self, template, name):
        names.validate_template(template)
        self.assertEqual(name, self.render(template))

    def test_serial_wider_than_its_width(self):
        self.assertEqual('123', self.render('{serial:02d}', 123))

    def test_values_are_not_templates(self):
        name = names.render('{base}{serial}', '{serial.real}', 1, '{base}')
        self.assertEqual('{serial.real}1', name)

    def test_project_name_without_control_characters(self):
        name = names.render('{project}{serial}', 'b', 1, 'a\n\x00b')
        self.assertEqual('a__b1', name)

    def test_name_that_gets_too_long(self):
        error = self.assertRaises(
            exceptions.Invalid,
            names.render,
            '{project}{project}{serial}',
            'b',
            1,
            'p' * 150,
        )
        self.assertEqual(
            {'field': 'name_template', 'limit': 255}, error.details
        )

    @hypothesis.settings(deadline=None)
    @hypothesis.given(_BASES, _SERIALS, _LITERALS, _LITERALS)
    def test_names_of_a_batch_differ(self, base_, serial, left, right):
        template = left + '{base}' + right + '{serial:02d}'
        names.validate_template(template)
        name = names.render(template, base_, serial, 'p')
        other = names.render(template, base_, serial + 1, 'p')
        self.assertNotEqual(name, other)
        self.assertTrue(name.startswith(left + base_ + right))
        self.assertEqual(serial, int(name[len(left + base_ + right) :]))


@ddt.ddt
class ValidateTestCase(base.BaseTestCase):
    def refused(self, template):
        error = self.assertRaises(
            exceptions.Invalid, names.validate_template, template
        )
        self.assertEqual('name_template', error.details['field'])
        return str(error)

    @ddt.data(
        '{base.__class__}{serial}',
        '{serial.real}',
        '{serial[0]}',
        '{serial!r}',
        '{base!s}{serial}',
        '{0}{serial}',
        '{}{serial}',
        '{user}{serial}',
        '{ serial }',
        '{serial:{base}}',
        '{serial:>10}',
        '{serial:x}',
        '{serial:010d}',
        '{serial:99999999}',
        '{serial:٣}',
        '{base:5}{serial}',
        '{serial',
        'serial}',
        '{serial}}',
        '{',
    )
    def test_anything_else(self, template):
        self.refused(template)

    @ddt.data('', 'same', '{base}', '{{serial}}')
    def test_without_serial(self, template):
        self.assertIn('{serial}', self.refused(template))

    def test_names_the_field(self):
        text = self.refused('{colour}{serial}')
        self.assertIn('{colour}', text)
        self.assertIn('{base}, {serial}, {project}', text)

    def test_too_long(self):
        self.assertIn('64', self.refused('x' * 57 + '{serial}'))
        names.validate_template('x' * 56 + '{serial}')

    @ddt.data('a\n{serial}', '\x00{serial}', '{serial}\u202e')
    def test_control_characters(self, template):
        self.refused(template)

    @ddt.data(' {base}{serial}', '{base}{serial} ', '\u3000{serial}')
    def test_blanks_around_it(self, template):
        self.refused(template)

    def test_blanks_in_it(self):
        names.validate_template('{base} {serial}')

    @hypothesis.settings(deadline=None)
    @hypothesis.given(strategies.text(max_size=80))
    def test_only_invalid_ever_comes_out(self, template):
        try:
            names.validate_template(template)
        except exceptions.Invalid as error:
            self.assertEqual('name_template', error.details['field'])
        else:
            self.assertIn('7', names.render(template, 'b', 7, 'p'))
