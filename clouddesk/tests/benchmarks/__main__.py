"""Run the benchmarks, one after another."""

import argparse
import importlib
import pathlib
import pkgutil
import signal
import time
from typing import Any

from clouddesk.tests import benchmarks
from clouddesk.tests.benchmarks import report


def _all() -> dict[str, Any]:
    """The benchmarks by name."""
    found = {}
    for each in pkgutil.iter_modules(benchmarks.__path__):
        if each.name != '__main__':
            module = importlib.import_module(
                '%s.%s' % (benchmarks.__name__, each.name)
            )
            if hasattr(module, 'run'):
                found[each.name] = module
    return found


def _options(known: dict[str, Any]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog='python -m clouddesk.tests.benchmarks',
        description='Without a name: all of them.',
    )
    parser.add_argument(
        'names', nargs='*', metavar='NAME', help=', '.join(known)
    )
    parser.add_argument(
        '--report', type=pathlib.Path, help='a folder for tables as .rst'
    )
    parser.add_argument('--real', type=int, default=20, help='real desktops')
    parser.add_argument('--fake', type=int, default=200, help='fake desktops')
    parser.add_argument('--orders', type=int, help='work orders at once')
    parser.add_argument(
        '--rounds', type=int, default=2, help='builds of each kind'
    )
    options = parser.parse_args()
    for name in options.names:
        if name not in known:
            parser.error('no benchmark %s' % name)
    return options


def _stop(*_args: Any) -> None:
    # Like Ctrl-C: what was made is removed on the way out.
    raise KeyboardInterrupt


def main() -> int:
    signal.signal(signal.SIGTERM, _stop)
    known = _all()
    options = _options(known)
    rows = []
    failed = False
    for name in options.names or known:
        began = time.monotonic()
        print('%s: %s' % (name, known[name].AIM), flush=True)
        found: list[report.Row] = []
        try:
            for row in known[name].run(options):
                found.append(row)
                _write(options.report, name, found)
        except report.Failed as error:
            failed = True
            print('    FAILED: %s' % error)
        rows += [(name, row) for row in found]
        print('    %.0f s' % (time.monotonic() - began), flush=True)
    print(report.circumstances())
    print(report.as_table(rows))
    return int(failed)


def _write(
    folder: pathlib.Path | None, name: str, rows: list[report.Row]
) -> None:
    """At once: what comes later may fail or be interrupted."""
    if folder:
        (folder / ('%s.inc' % name)).write_text(report.as_rst(rows))


if __name__ == '__main__':
    raise SystemExit(main())
