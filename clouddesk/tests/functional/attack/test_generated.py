"""Requests made out of the OpenAPI document, on the API itself."""

import json

import requests
from testtools import content

from clouddesk.tests import tally
from clouddesk.tests.functional import base
from clouddesk.tests.fuzz import aims
from clouddesk.tests.fuzz import generated

_PHASES = ('coverage',)
_LONG_PHASES = ('examples', 'coverage', 'fuzzing', 'stateful')


class GeneratedTest(base.FunctionalTestCase):
    def test_every_answer_is_in_the_document(self):
        """No 5xx, no answer that the document does not know (house rule 9).

        The short form takes one in three of the routes that look different.
        """
        aims.limit_servers(self.service)
        target = aims.of(self.service)
        target.furnish()
        document = requests.get(
            self.service.url + '/v1/openapi.json', timeout=30
        ).json()
        routes = generated.different(document)[::3]
        if tally.is_long():
            totals = generated.run(target, _LONG_PHASES, examples=50)
        else:
            totals = generated.run(target, _PHASES, routes=routes)
            self.assertEqual(len(routes), len(totals.routes()))
        self.addDetail('said', content.text_content(totals.said))
        self.addDetail(
            'statuses', content.text_content(json.dumps(totals.statuses()))
        )
        self.assertTrue(totals.good, totals.failures())
        self.assertGreater(totals.statuses()[200], 0)
        self.assertGreater(totals.statuses()[400], 0)
