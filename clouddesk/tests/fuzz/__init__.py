"""Fuzzing of the HTTP API.

``generated`` lets schemathesis make requests out of the OpenAPI document that
the API serves; ``edges`` goes to the edges of every schema; ``wire`` speaks
HTTP that no library would send. Each works on any running clouddesk: the
functional tests aim them at one over an emulated cloud, and

    python -m clouddesk.tests.fuzz [--cloud NAME]

aims the first two at a real one, or at an emulated one for longer.
``tests.cloud.test_wire`` does so with the third.
"""
