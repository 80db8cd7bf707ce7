"""The clouddesk that is fuzzed, and what must be there to be found."""

from collections.abc import Iterator
import contextlib
import dataclasses
from typing import Any

import requests
from requests import adapters
import urllib3

from clouddesk.tests.fixtures import service

#: What is deleted, in this order: a course holds its pool.
_NOUNS = (
    'courses',
    'pools',
    'image-builds',
    'desktops',
    'templates',
    'images',
)
#: Lists that leave something out, and how to get all of it.
_WHOLE = {'images': ({'status': 'all'}, {'status': 'all', 'hidden': 'true'})}
#: A course in session lets its pool go only like that.
_HOW = {'courses': '?with_pool=true'}
#: An id that nothing has.
_NOBODYS = '99999999-9999-4999-8999-999999999999'
_ENDED = ('succeeded', 'failed', 'cancelled')
#: Seconds that an order may take to end on a slow machine.
_PATIENCE = 300


@dataclasses.dataclass
class Target:
    """One running clouddesk.

    :ivar url: of the API, without a version
    :ivar token: whose requests are made
    :ivar spec: image, flavor and network that desktops can be made of
    :ivar known: good values by the place where they stand, as schemathesis
        names it: ``body.image_id``, ``path.pool_id``
    :ivar project_id: whose token it is
    """

    url: str
    token: str
    spec: dict[str, str]
    known: dict[str, list[Any]] = dataclasses.field(default_factory=dict)
    project_id: str = ''

    @property
    def client(self) -> service.Client:
        client = service.Client(self.url + '/v1', self.token)
        be_patient(client._session)
        return client

    @contextlib.contextmanager
    def furnished(self) -> Iterator['Target']:
        """With one of each noun; in the end nothing is left of it.

        Neither of it nor of what was made in between.
        """
        before = self._ids()
        try:
            self.furnish()
            yield self
        finally:
            self._clean(before)

    def furnish(self) -> None:
        """Make one of each noun."""
        api = self.client
        template = api.post('/templates', name='fuzz', **self.spec)
        course = api.post('/courses', name='fuzz', size=1, **self.spec)
        desktop = api.post('/desktops', name='fuzz', **self.spec)
        pool = api.post('/pools', name='fuzz', size=1, **self.spec)
        image = api.post('/images', name='fuzz')
        for order in (desktop, pool):
            self._until_ended(order['id'])
        self.project_id = image['owner']
        self.known |= {'body.' + key: [id_] for key, id_ in self.spec.items()}
        self.known |= {
            'path.template_id': [template['id']],
            'path.course_id': [course['id']],
            'path.desktop_id': [desktop['items'][0]['desktop_id']],
            'path.pool_id': [pool['subject']['id']],
            'path.work_order_id': [desktop['id'], pool['id']],
            'path.image_id': [image['id']],
            'path.image_build_id': [self._build()],
        }

    def _build(self) -> str:
        """An image build, or none that there is for who may not make any."""
        api = self.client
        try:
            api.post('/image-builds', name='fuzz', **self.spec)
        except service.Refusal:
            return _NOBODYS
        build_id: str = api.get('/image-builds')['image_builds'][0]['id']
        return build_id

    def _ids(self) -> set[str]:
        api = self.client
        return {row['id'] for noun in _NOUNS for row in _all(api, noun)}

    def _clean(self, before: set[str]) -> None:
        for noun in _NOUNS:
            service.until(
                lambda noun=noun: self._delete(noun, before),
                lambda left: not left,
                _PATIENCE,
            )

    def _delete(self, noun: str, kept: set[str]) -> list[str]:
        """Ask for the end of all that is new; what is still there."""
        api = self.client
        left = [
            row
            for row in _all(api, noun)
            if row['id'] not in kept and self._is_own(noun, row)
        ]
        for row in left:
            if noun == 'images':
                with contextlib.suppress(service.Refusal):
                    api.patch('/images/' + row['id'], protected=False)
            elif row.get('protected'):
                api.post('/desktops/%s/actions/unprotect' % row['id'])
            if row.get('locked'):
                api.post('/desktops/%s/actions/unlock' % row['id'])
            self._let_go(row.get('work_order_id'))
            # Its order may still be ending; the next round sees.
            with contextlib.suppress(service.Refusal):
                api.delete('/%s/%s%s' % (noun, row['id'], _HOW.get(noun, '')))
        return [row['id'] for row in left]

    def _is_own(self, noun: str, row: dict[str, Any]) -> bool:
        """Others share images with everybody."""
        return noun != 'images' or row['owner'] == self.project_id

    def _let_go(self, order_id: str | None) -> None:
        """Let an order end that waits for somebody."""
        if order_id is None:
            return
        for verb in ('cancel', 'resume'):
            path = '/work-orders/%s/actions/%s' % (order_id, verb)
            with contextlib.suppress(service.Refusal):
                self.client.post(path)

    def _until_ended(self, order_id: str) -> None:
        service.until(
            lambda: self.client.get('/work-orders/' + order_id)['status'],
            lambda status: status in _ENDED,
            _PATIENCE,
        )


def be_patient(session: requests.Session) -> None:
    """Let a session wait for a service that is just being restarted."""
    retry = urllib3.Retry(connect=8, read=0, status=0, backoff_factor=0.5)
    session.mount('http://', adapters.HTTPAdapter(max_retries=retry))


def _all(api: service.Client, noun: str) -> Iterator[dict[str, Any]]:
    for query in _WHOLE.get(noun, ({},)):
        marker: dict[str, Any] = {}
        while True:
            page = api.get('/' + noun, **query, **marker)
            rows = page[noun.replace('-', '_')]
            yield from rows
            if not page['links']:
                break
            marker = {'marker': rows[-1]['id']}
