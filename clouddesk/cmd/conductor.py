"""clouddesk-conductor: carries out work orders."""

from clouddesk import threads

threads.choose()

# Nothing may be imported before the line above chose threads.
import signal  # noqa: E402
import sys  # noqa: E402
import types  # noqa: E402
from typing import Any  # noqa: E402

from oslo_config import cfg  # noqa: E402
from oslo_log import log as logging  # noqa: E402
from oslo_reports import guru_meditation_report  # noqa: E402
from oslo_reports import opts as report_opts  # noqa: E402
from oslo_service import service as oslo_service  # noqa: E402

from clouddesk import conf  # noqa: E402
from clouddesk import db  # noqa: E402
from clouddesk import notifications  # noqa: E402
from clouddesk import rpc  # noqa: E402
from clouddesk import version  # noqa: E402
from clouddesk.conductor import service  # noqa: E402

CONF = conf.CONF

_VERSION = types.SimpleNamespace(
    vendor_string=lambda: 'OpenStack',
    product_string=lambda: 'clouddesk',
    version_string_with_package=version.version_string,
)


class Worker(service.Conductor):
    """A conductor that has a process of its own."""

    def start(self) -> None:
        db.configure(CONF)
        rpc.init(CONF)
        notifications.init(CONF, 'conductor')
        super().start()


class OnlyWorker(Worker):
    """One that is the main process, too.

    oslo.service would end it on SIGHUP without a hand-over.
    """

    def start(self) -> None:
        signal.signal(signal.SIGHUP, _reload)
        super().start()


def _reload(*args: Any) -> None:
    CONF.mutate_config_files()


def main() -> int | str:
    """Until SIGTERM; orders under way are handed over first.

    :returns: the exit status, or what is wrong with the configuration
    """
    logging.register_options(CONF)
    report_opts.set_defaults(CONF)
    CONF(sys.argv[1:], project='clouddesk', version=version.version_string())
    logging.setup(CONF, 'clouddesk')
    guru_meditation_report.TextGuruMeditation.setup_autorun(
        _VERSION, conf=CONF
    )
    workers = CONF.conductor.workers
    # A single worker needs no parent: one process less that can die alone.
    alone = workers == 1
    try:
        worker = OnlyWorker(CONF) if alone else Worker(CONF)
    except cfg.ConfigFileValueError as error:
        return 'clouddesk-conductor: %s' % error
    launcher = oslo_service.launch(
        CONF, worker, workers, restart_method='mutate', no_fork=alone
    )
    launcher.wait()
    return 0
