"""Whether a project may have what a request wants."""

import threading

from oslo_config import fixture as config_fixture

from clouddesk import exceptions
from clouddesk import limits
from clouddesk.api import preflight
from clouddesk.cloud import types
from clouddesk.conf import CONF
from clouddesk.tests.unit.api import base

SPEC = base.ApiTest.SPEC


class NeedsTest(base.base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.config = self.useFixture(config_fixture.Config(CONF)).config

    def test_of_a_desktop_from_an_image(self):
        """H17: what a batch needs is added up."""
        self.assertEqual(
            {
                'desktop': {'desktops': 3},
                'compute': {'instances': 3, 'cores': 6, 'ram': 6144},
                'network': {'ports': 3, 'addresses': 3},
            },
            preflight.needs(SPEC, 3),
        )

    def test_of_a_volume(self):
        spec = SPEC | {'boot_from': 'volume', 'volume_size': 20}
        self.assertEqual(
            {'volumes': 3, 'gigabytes': 60, 'per_volume_gigabytes': 20},
            preflight.needs(spec, 3)['block-storage'],
        )

    def test_of_what_reaches_outside(self):
        spec = SPEC | {
            'floating_network_id': base.UNKNOWN,
            'remote_protocols': ['rdp', 'ssh'],
        }
        self.assertEqual(
            {
                'ports': 3,
                'addresses': 3,
                'floating_ips': 3,
                'floating_addresses': 3,
                'security_groups': 2,
            },
            preflight.needs(spec, 3)['network'],
        )

    def test_of_a_pool(self):
        self.assertEqual(
            {'desktops': 3, 'pools': 1},
            preflight.needs(SPEC, 3, pools=1)['desktop'],
        )
        self.assertEqual(
            {'desktop': {'pools': 1}}, preflight.needs(SPEC, 0, pools=1)
        )

    def test_needs_of_a_whole_machine(self):
        """M9, H17: all of it is there at once."""
        needed = preflight.image_needs(None, [3, 5])
        self.assertEqual(3, needed['image']['image_count_total'])
        self.assertEqual(2, needed['block-storage']['snapshots'])
        self.assertEqual(5, needed['block-storage']['per_volume_gigabytes'])
        self.assertEqual(
            3, preflight.image_needs(4, [1, 2])['block-storage']['volumes']
        )

    def test_of_an_image(self):
        """H17, S45: a snapshot and a copy, as large as the disk."""
        room = {'image_count_total': 1, 'image_size_total': 1}
        self.assertEqual({'image': room}, preflight.image_needs(None))
        volumes = {
            'snapshots': 1,
            'volumes': 1,
            'gigabytes': 40,
            'per_volume_gigabytes': 20,
        }
        self.assertEqual(
            {'image': room, 'block-storage': volumes},
            preflight.image_needs(20),
        )
        self.config(group='images', capture_format='raw')
        self.config(group='quota', snapshots_take_gigabytes=False)
        self.assertEqual(
            {
                'image': room | {'image_size_total': 20480},
                'block-storage': volumes | {'gigabytes': 20},
            },
            preflight.image_needs(20),
        )

    def test_of_nothing(self):
        self.assertEqual({}, preflight.needs(SPEC, 0))
        self.assertEqual({}, preflight.needs(SPEC, -2))


class PreflightTest(base.ApiTest):
    URL = '/v1/desktops'
    BODY = {
        'name': 'Ada',
        'count': 4,
        'image_id': base.IMAGE,
        'flavor_id': base.FLAVOR,
    }

    def dry_run(self, url=URL, **changes):
        answer = self.post(url + '?dry_run=true', self.BODY | changes)
        self.assertEqual(200, answer.status_int, answer.text)
        self.assertEqual([], self.made())
        return answer.json

    def made(self):
        return self.get('/v1/work-orders').json['work_orders']

    def limit(self, service, **resources):
        quota = getattr(self.cloud.tenant.quotas, service)
        quota.return_value = quota.return_value | {
            name: types.Limit(*pair) for name, pair in resources.items()
        }

    def refused(self, **changes):
        refusals = self.dry_run(**changes)['refusals']
        return [
            (each['service'], each['resource'], each['needed'], each['free'])
            for each in refusals
        ]

    def test_accepted(self):
        """V23: a dry run tells what it needs and what there is."""
        answer = self.dry_run()
        self.assertIs(True, answer['accepted'])
        self.assertEqual([], answer['refusals'])
        self.assertEqual(
            ['Ada_01', 'Ada_02', 'Ada_03', 'Ada_04'], answer['names']
        )
        self.assertEqual(
            {'needed': 8, 'used': 10, 'limit': 100000, 'free': 99990},
            answer['needs']['compute']['cores'],
        )
        self.conductor.cast.assert_not_called()

    def test_refused_by_nova(self):
        """H17"""
        self.limit('compute', cores=(20, 14), ram=(-1, 99))
        self.assertEqual([('compute', 'cores', 8, 6)], self.refused())

    def test_refused_by_neutron(self):
        """H17"""
        self.limit('network', ports=(10, 7))
        self.cloud.service.quotas.addresses.return_value = types.Limit(13, 11)
        self.assertEqual(
            [
                ('network', 'ports', 4, 3),
                ('network', 'addresses', 4, 2),
            ],
            self.refused(),
        )

    def test_refused_by_cinder(self):
        """H17"""
        self.limit(
            'volume',
            volumes=(3, 0),
            gigabytes=(100, 90),
            gigabytes_fast=(30, 0),
            per_volume_gigabytes=(9, 0),
        )
        self.assertEqual(
            [
                ('block-storage', 'volumes', 4, 3),
                ('block-storage', 'gigabytes', 4 * 10, 10),
                ('block-storage', 'per_volume_gigabytes', 10, 9),
                ('block-storage', 'gigabytes_fast', 4 * 10, 30),
            ],
            self.refused(boot_from='volume'),
        )

    def test_refused_by_clouddesk(self):
        """H17"""
        self.config(group='quota', desktops=5)
        self.make_desktops(3)
        self.sql('DELETE FROM work_orders')
        self.assertEqual([('desktop', 'desktops', 4, 2)], self.refused())

    def test_groups_that_are_there_need_no_room(self):
        self.limit('network', security_groups=(10, 10))
        missing = self.cloud.tenant.security_groups.missing
        wanted = {'remote_protocols': ['rdp', 'ssh']}
        missing.side_effect = lambda protocols: ['ssh']
        self.assertEqual(
            [('network', 'security_groups', 2, 1)], self.refused(**wanted)
        )
        missing.side_effect = lambda protocols: []
        self.assertEqual([], self.refused(**wanted))

    def test_who_does_not_answer_is_named(self):
        """V23: a dry run says what it could not find out."""
        self.cloud.tenant.quotas.compute.side_effect = exceptions.CloudError(
            service='Nova', reason='HTTP 503', transient=True
        )
        answer = self.dry_run()
        self.assertIs(False, answer['accepted'])
        (refusal,) = answer['refusals']
        self.assertEqual('unknown', refusal['kind'])
        self.assertEqual('compute', refusal['service'])
        self.assertIn('HTTP 503', refusal['message'])
        self.assertIsNone(answer['needs']['compute']['cores']['free'])

    def test_who_does_not_answer_in_time_is_named(self):
        self.config(group='quota', preflight_timeout=1)
        done = threading.Event()
        self.addCleanup(done.set)
        self.cloud.tenant.quotas.network.side_effect = lambda _project: (
            done.wait(30) and {}
        )
        (refusal,) = self.dry_run()['refusals']
        self.assertEqual(
            ('unknown', 'network'), (refusal['kind'], refusal['service'])
        )

    def test_all_are_asked_at_once(self):
        """Nobody waits for one service after the other."""
        together = threading.Barrier(2, timeout=10)
        quotas = self.cloud.tenant.quotas
        for method in (quotas.compute, quotas.network):
            method.side_effect = lambda *args: together.wait() and {} or {}
        self.assertEqual([], self.dry_run()['refusals'])

    def test_addresses_that_neutron_does_not_tell(self):
        for answer in (
            {'return_value': None},
            {'side_effect': exceptions.CloudForbidden(service='N', reason='')},
        ):
            addresses = self.cloud.service.quotas.addresses
            addresses.configure_mock(**answer)
            found = self.dry_run()
            self.assertIs(True, found['accepted'])
            needed = found['needs']['network']['addresses']
            self.assertIsNone(needed['free'])

    # -- the real thing ------------------------------------------------------

    def test_a_real_request_is_refused_before_anything_exists(self):
        """H17: refused before the first call, with every reason."""
        self.limit('compute', cores=(20, 14))
        self.limit('network', ports=(10, 7))
        answer = self.post(self.URL, self.BODY)
        error = self.assert_error(answer, 403, 'over_quota')
        self.assertEqual(
            [('compute', 'cores', 8, 6, 20), ('network', 'ports', 4, 3, 10)],
            [
                tuple(
                    each[key]
                    for key in (
                        'service',
                        'resource',
                        'needed',
                        'free',
                        'limit',
                    )
                )
                for each in error['details']['refusals']
            ],
        )
        self.assertIn('cores', error['message'])
        self.assertEqual([], self.made())

    def test_a_service_that_does_not_answer_stops_nothing_real(self):
        quotas = self.cloud.tenant.quotas
        quotas.compute.side_effect = exceptions.CloudError(
            service='Nova', reason='HTTP 503'
        )
        self.cloud.for_project.side_effect = exceptions.ServiceUnavailable(
            service='x'
        )
        self.assertEqual(202, self.post(self.URL, self.BODY).status_int)

    def test_own_limits_must_be_known(self):
        self.useFixture(
            base.fixtures.MockPatchObject(
                limits,
                'of_project',
                side_effect=exceptions.CloudError(
                    service='Keystone', reason='gone'
                ),
            )
        )
        answer = self.post(self.URL, self.BODY)
        self.assert_error(answer, 503, 'service_unavailable')
        self.assertEqual([], self.made())

    def test_switched_off(self):
        self.config(group='quota', preflight=False, desktops=3)
        self.limit('compute', cores=(20, 14))
        answer = self.post(self.URL, self.BODY | {'count': 3})
        self.assertEqual(202, answer.status_int)
        self.cloud.for_project.assert_not_called()
        answer = self.post(self.URL, self.BODY | {'count': 1})
        self.assert_error(answer, 403, 'over_quota')
        self.assertEqual(('compute', 'cores'), self.first_refusal())

    def first_refusal(self):
        answer = self.post(self.URL + '?dry_run=true', self.BODY)
        refusals = [
            (each['service'], each['resource'])
            for each in answer.json['refusals']
        ]
        self.assertIn(('desktop', 'desktops'), refusals)
        return refusals[-1]

    def test_bad_references_are_the_same_errors(self):
        """V23: a dry run finds everything that the real thing would."""
        self.cloud.user.image.get.side_effect = exceptions.CloudNotFound(
            kind='image', id='x'
        )
        answer = self.post(self.URL + '?dry_run=true', self.BODY)
        self.assert_error(answer, 400, 'invalid', 'image_id')
        answer = self.post(self.URL + '?dry_run=maybe', self.BODY)
        self.assert_error(answer, 400, 'invalid', 'dry_run')

    def test_no_password_is_put_away(self):
        """V23, V15: a dry run leaves nothing behind."""
        login = {'user': 'ada', 'password': 'open sesame'}
        seen = self.count_statements()
        self.dry_run(login=login)
        self.assertEqual([], [each for each in seen if 'secrets' in each])

    def test_statements_do_not_grow_with_the_batch(self):
        counts = []
        for count in (2, 9):
            seen = self.count_statements()
            self.post(self.URL + '?dry_run=true', self.BODY | {'count': count})
            counts.append(len(seen))
        self.assertEqual(counts[0], counts[1])


class ImagePreflightTest(base.ApiTest):
    def require(self, size=4, kind=None):
        preflight.require_room(base.PROJECT, size, kind)

    def limit(self, **limits):
        volume = self.cloud.tenant.quotas.volume
        volume.return_value = volume.return_value | limits

    def test_no_room(self):
        """H17, M8: of the volume type that the disk has."""
        self.limit(gigabytes_slow=types.Limit(7, 0))
        error = self.assertRaises(
            exceptions.OverQuota, self.require, kind='slow'
        )
        (refusal,) = error.details['refusals']
        self.assertEqual(
            ('gigabytes_slow', 8, 7),
            (refusal['resource'], refusal['needed'], refusal['free']),
        )
        self.cloud.tenant.quotas.volume.assert_called_once_with(
            base.PROJECT, 'slow'
        )
        self.require(size=3)

    def test_what_is_unknown_stops_nothing(self):
        self.cloud.tenant.quotas.image.side_effect = exceptions.CloudError(
            service='Glance', reason='HTTP 503'
        )
        self.require()

    def test_switched_off(self):
        self.config(group='quota', preflight=False)
        self.limit(snapshots=types.Limit(0, 0))
        self.require()
        self.cloud.for_project.assert_not_called()


class PoolPreflightTest(base.ApiTest):
    BODY = {
        'name': 'class-b',
        'size': 3,
        'image_id': base.IMAGE,
        'flavor_id': base.FLAVOR,
    }

    def test_create(self):
        """V23"""
        self.config(group='quota', pools=0)
        answer = self.post('/v1/pools?dry_run=true', self.BODY)
        self.assertEqual(200, answer.status_int, answer.text)
        self.assertEqual(
            [('pools', 1, 0)],
            [
                (each['resource'], each['needed'], each['free'])
                for each in answer.json['refusals']
            ],
        )
        self.assertEqual(3, len(answer.json['names']))
        self.assertEqual([], self.get('/v1/pools').json['pools'])

    def test_a_name_that_is_taken(self):
        self.make_pool(name='class-b')
        answer = self.post('/v1/pools?dry_run=true', self.BODY)
        self.assert_error(answer, 409, 'name_taken', 'name')

    def resize(self, pool_id, size, query='?dry_run=true'):
        url = '/v1/pools/%s/actions/resize%s' % (pool_id, query)
        return self.post(url, {'size': size})

    def test_grow(self):
        """V23"""
        pool_id = self.make_pool(2)
        answer = self.resize(pool_id, 5).json
        self.assertEqual(
            {'instances', 'cores', 'ram'}, set(answer['needs']['compute'])
        )
        instances = answer['needs']['compute']['instances']
        self.assertEqual(3, instances['needed'])
        self.assertEqual(3, len(answer['names']))
        self.assertEqual(2, self.get('/v1/pools/' + pool_id).json['size'])

    def test_grow_beyond_a_limit(self):
        """H17"""
        self.config(group='quota', desktops=4)
        pool_id = self.make_pool(2)
        answer = self.resize(pool_id, 5, '')
        self.assert_error(answer, 403, 'over_quota')
        self.assertEqual(202, self.resize(pool_id, 4, '').status_int)

    def test_shrink_needs_nothing(self):
        """V23: a dry run names the desktops that would go."""
        self.config(group='quota', desktops=0)
        pool_id = self.make_pool(3)
        answer = self.resize(pool_id, 1).json
        self.assertEqual({}, answer['needs'])
        self.assertEqual(['class-a_03', 'class-a_02'], answer['names'])
        self.assertEqual(202, self.resize(pool_id, 1, '').status_int)

    def test_the_same_size(self):
        pool_id = self.make_pool(3)
        self.assert_error(self.resize(pool_id, 3), 409, 'conflict')
