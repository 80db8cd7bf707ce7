import ddt
from oslo_config import fixture as config_fixture
from oslotest import base
from webob import multidict

from clouddesk import conf
from clouddesk import exceptions
from clouddesk.api import validation
from clouddesk.api.schemas import common


def check(decorate):
    """The check that a decorator puts on a function."""

    @decorate
    def function():
        """Carries it."""

    attributes = vars(function)
    attributes.pop('__wrapped__', None)
    return next(iter(attributes.values()))[0]


SPECIMEN = common.fields(
    {
        'name': common.DESKTOP_NAME,
        'size': common.integer(0, 500),
        'note': common.NOTE,
        'force': common.BOOLEAN,
        'kind': common.one_of(('b', 'a')),
        'ids': common.ids(),
        'zone': common.nullable(common.NAME_255),
        'inner': common.fields({'deep': common.integer(1)}, ('deep',)),
    },
    required=('name',),
)


@ddt.ddt
class BodyTest(base.BaseTestCase):
    def complaint(self, **values):
        body = {'name': 'Ada'} | values
        error = self.assertRaises(
            exceptions.Invalid,
            validation.check_body,
            check(validation.body(SPECIMEN)),
            {key: each for key, each in body.items() if each != 'absent'},
        )
        return error.text, error.details

    @ddt.data(
        ({'name': 'absent'}, 'name is required.', None),
        ({'size': 501}, 'size is 501; the limit is 500.', 500),
        ({'size': -1}, 'size is -1; the smallest is 0.', 0),
        ({'size': 5.0}, 'size must be a whole number.', None),
        ({'size': True}, 'size must be a whole number.', None),
        ({'size': '5'}, 'size must be a whole number.', None),
        ({'size': None}, 'size must be a whole number.', None),
        ({'force': 'yes'}, 'force must be true or false.', None),
        ({'kind': 'c'}, 'kind is c; it must be one of a, b.', ['a', 'b']),
        ({'zone': 3}, 'zone must be a text or null.', None),
        (
            {'note': 'x' * 1025},
            'note has 1025 characters; the limit is 1024.',
            1024,
        ),
        (
            {'note': 'a\nb'},
            'note must be text without control characters.',
            'text without control characters',
        ),
        ({'ids': []}, 'ids has 0 entries; at least 1 are needed.', 1),
    )
    @ddt.unpack
    def test_complaints_name_the_field_and_the_limit(
        self, values, message, limit
    ):
        text, details = self.complaint(**values)
        self.assertEqual(message, text)
        field = next(iter(values))
        expected = {'field': field}
        if limit is not None:
            expected['limit'] = limit
        self.assertEqual(expected, details)

    def test_unknown_fields(self):
        text, details = self.complaint(colour='red')
        self.assertTrue(
            text.startswith('colour is not a field of this request; it has ')
        )
        self.assertEqual('colour', details['field'])

    def test_the_path_to_what_is_inside(self):
        _text, details = self.complaint(inner={})
        self.assertEqual('inner.deep', details['field'])
        _text, details = self.complaint(ids=['x'])
        self.assertEqual('ids[0]', details['field'])

    def test_long_values_are_not_repeated(self):
        text, _details = self.complaint(kind='x' * 5000)
        self.assertLess(len(text), 200)
        text, details = self.complaint(**{'y' * 5000: 1})
        self.assertLess(len(details['field']), 100)
        text, details = self.complaint(inner={'deep': 1, 'y' * 5000: 1})
        self.assertLess(len(details['field']), 100)
        self.assertLess(len(text), 200)

    def test_a_field_without_a_name_is_named(self):
        text, details = self.complaint(**{'': 1})
        self.assertTrue(text.startswith('"" is not a field of this request'))
        self.assertEqual('""', details['field'])

    def test_the_same_id_twice(self):
        id_ = '11111111-1111-4111-8111-111111111111'
        text, _details = self.complaint(ids=[id_, id_])
        self.assertEqual('ids names the same thing twice.', text)

    def test_a_percent_sign_is_only_a_percent_sign(self):
        text, _details = self.complaint(kind='100 %(s)s %d')
        self.assertIn('100 %(s)s %d', text)


@ddt.ddt
class NameTest(base.BaseTestCase):
    """V12: 2-20 letters, digits, Chinese characters, underscores."""

    def good(self, schema, name):
        return check(validation.body(schema)).first_error(name) is None

    @ddt.data('Ad', 'a' * 20, '教室桌面', '高三2班_01', 'Zoë', '__', '42')
    def test_desktops(self, name):
        self.assertTrue(self.good(common.DESKTOP_NAME, name))

    @ddt.data(
        'A',
        'a' * 21,
        '桌' * 21,
        '',
        'a b',
        'a-b',
        'a.b',
        'Ada\n',
        'a\x00b',
        'a/b',
        '<b>',
        'a\ud800',
        '😀😀',
        42,
        None,
    )
    def test_names_that_desktops_cannot_have(self, name):
        self.assertFalse(self.good(common.DESKTOP_NAME, name))

    @ddt.data('class-a', '高三-2', 'a' * 64, '--')
    def test_pools(self, name):
        self.assertTrue(self.good(common.POOL_NAME, name))

    @ddt.data('a', 'a' * 65, 'a b', 'a-\n', '')
    def test_names_that_pools_cannot_have(self, name):
        self.assertFalse(self.good(common.POOL_NAME, name))

    @ddt.data('x', 'X' * 36, '1' * 32, '{%s}' % ('1' * 8), 'g' * 36)
    def test_what_is_no_uuid(self, value):
        self.assertFalse(self.good(common.UUID, value))


class QueryTest(base.BaseTestCase):
    schema = common.fields(
        {
            'limit': common.integer(1, 100),
            'all': common.BOOLEAN,
            'status': common.some_of(('on', 'off')),
            'q': common.NAME_255,
        }
    )

    def parse(self, *pairs):
        return validation.check_query(
            check(validation.query(self.schema)), multidict.MultiDict(pairs)
        )

    def refuse(self, *pairs):
        error = self.assertRaises(exceptions.Invalid, self.parse, *pairs)
        self.assertEqual(pairs[0][0], error.details['field'][:6].rstrip('['))
        return error.text

    def test_types(self):
        self.assertEqual(
            {'limit': 7, 'all': True, 'status': ['on', 'off'], 'q': '7'},
            self.parse(
                ('limit', '7'),
                ('all', 'True'),
                ('status', 'on,off'),
                ('q', '7'),
            ),
        )
        self.assertEqual({'all': False}, self.parse(('all', 'false')))

    def test_bad_values(self):
        for name, value in (
            ('limit', ''),
            ('limit', 'x'),
            ('limit', '1.5'),
            ('limit', '٣'),
            ('limit', '-1'),
            ('limit', '9' * 5000),
            ('all', 'maybe'),
            ('status', 'on,burning'),
            ('status', ''),
            ('q', ''),
            ('q', 'a\x00'),
        ):
            self.refuse((name, value))

    def test_twice(self):
        text = self.refuse(('limit', '1'), ('limit', '2'))
        self.assertEqual('limit is given more than once.', text)

    def test_unknown_twice(self):
        """That it is unknown says more, above all when it has no name."""
        for name, field in (('', '""'), ('what', 'what')):
            error = self.assertRaises(
                exceptions.Invalid, self.parse, (name, 'a'), (name, 'b')
            )
            self.assertEqual(field, error.details['field'])
            self.assertNotIn('more than once', error.text)

    def test_unknown(self):
        text = self.refuse(('color', '1'))
        self.assertIn('it has all, limit, q, status.', text)


class ResponseTest(base.BaseTestCase):
    schema = common.page('things', common.whole({'id': common.STRING}))

    def setUp(self):
        super().setUp()
        self.config = self.useFixture(config_fixture.Config(conf.CONF)).config
        self.check = check(validation.response(self.schema))
        self.bad = {'things': [{'id': 1}], 'links': []}

    def mode(self, mode):
        self.config(group='api', response_validation=mode)

    def test_error(self):
        self.mode('error')
        self.assertRaises(
            exceptions.ClouddeskError,
            validation.check_response,
            self.check,
            self.bad,
        )

    def test_warn(self):
        self.mode('warn')
        with self.assertLogs('clouddesk.api.validation') as logs:
            validation.check_response(self.check, self.bad)
        self.assertIn('$.things[0].id', logs.output[0])

    def test_warn_looks_at_the_first_rows_only(self):
        self.mode('warn')
        rows = [{'id': 'a'}] * 500 + [{'id': 1}]
        with self.assertNoLogs('clouddesk.api.validation'):
            validation.check_response(
                self.check, {'things': rows, 'links': []}
            )
        self.assertEqual(501, len(rows))

    def test_ignore(self):
        self.mode('ignore')
        with self.assertNoLogs('clouddesk.api.validation'):
            validation.check_response(self.check, self.bad)
