"""Whatever comes in, the answer is never a server error."""

from urllib import parse

import hypothesis
from hypothesis import strategies as st

from clouddesk.api import exposure
from clouddesk.api.controllers import root
from clouddesk.tests.unit.api import base

ROUTES = [
    (method, path, function.route)
    for method, path, function in exposure.walk(root.Root())
]
WITH_BODY = [each for each in ROUTES if each[2].body]
WITH_QUERY = [each for each in ROUTES if each[2].query[0].schema['properties']]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # JSON can carry halves of surrogate pairs, and so can clients.
    | st.text(st.characters(codec=None), max_size=30)
    | st.sampled_from(
        [base.IMAGE, base.FLAVOR, 'volume', 'Ada', '{serial}', '0' * 300]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)

LIGHT = hypothesis.settings(
    max_examples=150,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)


def bodies(draw, route):
    """Often the right fields, now and then the wrong ones."""
    known = sorted(route.body[0].schema['properties'])
    good = {
        'name': 'Ada',
        'size': 2,
        'image_id': base.IMAGE,
        'flavor_id': base.FLAVOR,
    }
    body = {key: good[key] for key in known if key in good}
    odd = st.dictionaries(
        st.sampled_from([*known, 'colour']) | st.text(max_size=5),
        VALUES,
        max_size=3,
    )
    return draw(st.just(body) | odd | odd.map(lambda more: body | more))


class NeverAServerErrorTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.ids = {
            'course_id': base.UNKNOWN,
            'image_id': base.IMAGE,
            'image_build_id': base.UNKNOWN,
            'template_id': base.UNKNOWN,
            'desktop_id': self.make_desktops(1)[0],
            'pool_id': self.make_pool(1),
            'work_order_id': self.make_order(),
        }

    def url(self, path):
        return path.format(**self.ids)

    def check(self, answer):
        self.assertLess(answer.status_int, 500, answer.text)
        if answer.status_int >= 400:
            self.assertTrue(answer.error['message'])

    @LIGHT
    @hypothesis.given(st.data())
    def test_bodies(self, data):
        method, path, route = data.draw(st.sampled_from(WITH_BODY))
        body = bodies(data.draw, route)
        self.conductor.call.return_value = {
            'type': 'novnc',
            'protocol': 'vnc',
            'url': 'http://console.example/',
        }
        self.check(self.call(method, self.url(path), body))

    @LIGHT
    @hypothesis.given(st.data())
    def test_queries(self, data):
        method, path, route = data.draw(st.sampled_from(WITH_QUERY))
        known = sorted(route.query[0].schema['properties'])
        text = st.text(st.characters(codec='utf-8'), max_size=20)
        odd = st.text(st.sampled_from('%&=+;ab0\x80'), max_size=20)
        values = text.map(parse.quote) | odd
        name = st.sampled_from(known) | values
        pairs = data.draw(st.lists(st.tuples(name, values), max_size=4))
        query = '&'.join('%s=%s' % pair for pair in pairs)
        url = self.url(path)
        self.check(self.call(method, url, QUERY_STRING=query))

    @LIGHT
    @hypothesis.given(st.text(st.characters(codec='utf-8'), max_size=40))
    def test_paths(self, text):
        path = '/v1/desktops/%s' % text
        info = path.encode().decode('latin-1')
        self.check(self.call('GET', '/', PATH_INFO=info))
