import io
import os
from unittest import mock

from oslotest import base

from clouddesk.osc import progress
from clouddesk.sdk.v1 import work_order
from clouddesk.tests.unit.osc import base as osc_base
from clouddesk.tests.unit.sdk import fakes


def _order(*statuses, **attrs):
    items = [
        fakes.item(fakes.desktop(f'd{number}'), status)
        for number, status in enumerate(statuses)
    ]
    return work_order.WorkOrder.existing(**fakes.order(items=items, **attrs))


class SummaryTest(base.BaseTestCase):
    def test_while_running(self):
        order = _order('done', 'failed', 'running', kind='pool.create')
        self.assertEqual(
            'pool.create, 1/3 desktops, 1 failed, server 1/3',
            progress.summary(order),
        )

    def test_before_and_after(self):
        for status in ('queued', 'paused', 'cancelling', 'succeeded'):
            order = _order('pending', status=status)
            self.assertEqual(
                f'desktop.create, 0/1 desktop, {status}',
                progress.summary(order),
            )


class BarTest(base.BaseTestCase):
    def _draw(self, *orders):
        stream = osc_base.Terminal()
        bar = progress.on(stream)
        for order in orders:
            bar(order)
        bar.close()
        return stream.getvalue()

    def test_one_line_is_drawn_again(self):
        drawn = self._draw(
            _order('running', percent=0), _order('done', percent=100)
        )
        self.assertEqual(1, drawn.count('\n'))
        _start, first, second = drawn.split('\r')
        self.assertTrue(first.startswith('[' + '.' * 24 + ']   0 %  '))
        self.assertTrue(second.startswith('[' + '#' * 24 + '] 100 %  '))

    def test_never_wraps(self):
        size = os.terminal_size((30, 24))
        stream = osc_base.Terminal()
        stream.fileno = lambda: 2
        bar = progress.on(stream)
        with mock.patch.object(
            os, 'get_terminal_size', autospec=True, return_value=size
        ):
            bar(_order('running'))
        line = stream.getvalue().removeprefix('\r').removesuffix('\x1b[K')
        self.assertEqual(29, len(line))

    def test_no_look_no_line(self):
        self.assertEqual('', self._draw())


class LinesTest(base.BaseTestCase):
    def test_a_line_for_each_change(self):
        stream = io.StringIO()
        lines = progress.on(stream)
        for order in (_order('running'), _order('running'), _order('done')):
            lines(order)
        lines.close()
        self.assertEqual(2, stream.getvalue().count('\n'))
        self.assertNotIn('\x1b', stream.getvalue())

    def test_quiet(self):
        stream = io.StringIO()
        nothing = progress.on(stream, quiet=True)
        nothing(_order('running'))
        nothing.close()
        self.assertEqual('', stream.getvalue())
