from clouddesk import states
from clouddesk.tests.unit.api import base

URL = '/v1/work-orders'

#: Verb, status that it begins with, status after it, status of the answer.
GOOD = (
    ('retry', states.FAILED, 'queued', 202),
    ('pause', states.QUEUED, 'paused', 200),
    ('resume', states.PAUSED, 'queued', 200),
    ('cancel', states.QUEUED, 'cancelling', 202),
    ('cancel', states.PAUSED, 'cancelling', 202),
    ('cancel', states.WORKING, 'cancelling', 202),
)


class ReadTest(base.ApiTest):
    def test_show(self):
        order_id = self.make_order()
        self.sql(
            "UPDATE work_items SET status = 'running', steps_done = 1 "
            'WHERE work_order_id = :id',
            id=order_id,
        )
        seen = self.count_statements()
        order = self.get('%s/%s' % (URL, order_id)).json
        self.assertEqual(2, len(seen), seen)
        self.assertEqual(20, order['percent'])
        self.assertEqual(
            [
                ('volume', 1),
                ('port', 0),
                ('floating_ip', 0),
                ('server', 0),
                ('active', 0),
            ],
            [(step['name'], step['done']) for step in order['steps']],
        )
        (item,) = order['items']
        self.assertEqual(
            ('port', 1, 5),
            (item['step'], item['steps_done'], item['steps_total']),
        )
        self.assertEqual(1, order['counts']['running'])

    def test_a_list_has_no_items_and_two_statements(self):
        ids = [self.make_order() for _n in range(4)]
        seen = self.count_statements()
        orders = self.get(URL).json['work_orders']
        self.assertEqual(2, len(seen), seen)
        self.assertEqual(list(reversed(ids)), [each['id'] for each in orders])
        self.assertNotIn('items', orders[0])
        self.assertEqual(1, orders[0]['counts']['pending'])

    def test_filters(self):
        failed, queued = self.make_order('failed'), self.make_order()
        desktop = self.get('%s/%s' % (URL, failed)).json['items'][0]
        for query, expected in (
            ('status=failed', [failed]),
            ('status=failed,queued', [queued, failed]),
            ('kind=desktop.create', [queued, failed]),
            ('kind=pool.delete', []),
            ('desktop_id=%s' % desktop['desktop_id'], [failed]),
            ('subject_id=%s' % desktop['desktop_id'], [failed]),
            ('limit=1&sort_dir=asc', [failed]),
        ):
            orders = self.get('%s?%s' % (URL, query)).json['work_orders']
            found = [order['id'] for order in orders]
            self.assertEqual(expected, found, query)

    def test_strangers(self):
        order_id = self.make_order()
        url = '%s/%s' % (URL, order_id)
        answers = [self.get(url, persona='stranger')]
        for verb in ('retry', 'pause', 'resume', 'cancel'):
            path = '%s/actions/%s' % (url, verb)
            answers.append(self.post(path, {}, persona='stranger'))
        body = {'work_order_ids': [order_id]}
        path = URL + '/actions/cancel'
        answers.append(self.post(path, body, persona='stranger'))
        for answer in answers:
            self.assert_error(answer, 404, 'not_found')


class ActionTest(base.ApiTest):
    def act(self, verb, order_id):
        return self.post('%s/%s/actions/%s' % (URL, order_id, verb), {})

    def batch(self, verb, ids):
        path = '%s/actions/%s' % (URL, verb)
        return self.post(path, {'work_order_ids': ids})

    def status_of(self, order_id):
        return self.get('%s/%s' % (URL, order_id)).json['status']

    def test_single(self):
        for verb, before, after, status in GOOD:
            answer = self.act(verb, self.make_order(before))
            self.assertEqual(
                (status, after), (answer.status_int, answer.json['status'])
            )
            self.assertEqual(1, len(answer.json['items']))

    def test_a_conductor_is_told_of_what_it_has_to_do(self):
        ids = [self.make_order(before) for _verb, before, _a, _s in GOOD]
        for (verb, *_rest), order_id in zip(GOOD, ids, strict=True):
            self.act(verb, order_id)
        del ids[1]  # nobody is woken for a pause
        self.assertEqual(ids, self.hinted())

    def test_s14_s15_s16_every_other_status_refuses(self):
        allowed = {(verb, before) for verb, before, _after, _status in GOOD}
        for status in sorted(states.ORDER_STATUSES):
            order_id = self.make_order(status)
            for verb in ('retry', 'pause', 'resume', 'cancel'):
                if (verb, status) in allowed:
                    continue
                error = self.assert_error(
                    self.act(verb, order_id), 409, 'work_order_wrong_state'
                )
                self.assertIn(order_id, error['message'])
                self.assertIn(status, error['message'])
            self.assertEqual(status, self.status_of(order_id))

    def test_s16_a_batch_with_one_finished_order_is_refused_whole(self):
        for verb, good in (('pause', 'queued'), ('resume', 'paused')):
            ids = [self.make_order(good), self.make_order('succeeded')]
            error = self.assert_error(
                self.batch(verb, ids), 409, 'work_order_wrong_state'
            )
            self.assertTrue(error['message'].startswith(verb))
            self.assertIn(ids[1], error['message'])
            self.assertNotIn(ids[0], error['message'])
            self.assertEqual(good, self.status_of(ids[0]))
        self.assertEqual([], self.hinted())

    def test_batches(self):
        for verb, before, after, status in GOOD:
            ids = [self.make_order(before) for _n in range(2)]
            answer = self.batch(verb, ids)
            self.assertEqual(status, answer.status_int)
            orders = answer.json['work_orders']
            self.assertEqual(ids, [order['id'] for order in orders])
            self.assertEqual({after}, {order['status'] for order in orders})

    def test_batches_are_limited(self):
        self.config(group='desktop', max_action_size=1)
        ids = [self.make_order(), self.make_order()]
        answer = self.batch('pause', ids)
        self.assert_error(answer, 400, 'invalid', 'work_order_ids')
        self.assertEqual(200, self.batch('pause', ids[:1]).status_int)

    def test_bad_batches(self):
        for ids in ([], ['x'], None):
            self.assert_error(self.batch('pause', ids), 400, 'invalid')
