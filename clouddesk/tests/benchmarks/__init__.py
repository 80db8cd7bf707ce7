"""How fast clouddesk is, as ratios to what else is measured in the same run.

    python -m clouddesk.tests.benchmarks [--report FILE] [NAME...]

Each benchmark is a module here with ``AIM`` (what is asked for, in words) and
``run(options)``, which yields :class:`~clouddesk.tests.benchmarks.report.Row`.
Those that need a real OpenStack take it from ``OS_CLOUD``, see
``doc/source/contributor/benchmarks.rst``.
"""
