from oslotest import base

from clouddesk.cloud import listing


class ChunksTest(base.BaseTestCase):
    def test_even(self):
        self.assertEqual(['ab', 'cd'], list(listing.chunks('abcd', 2)))

    def test_rest(self):
        self.assertEqual(['ab', 'c'], list(listing.chunks('abc', 2)))

    def test_nothing(self):
        self.assertEqual([], list(listing.chunks('', 2)))
