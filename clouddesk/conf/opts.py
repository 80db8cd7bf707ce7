"""Option lists for the sample configuration file and the documentation."""

from oslo_db import options as db_options

from clouddesk import conf


def list_opts() -> list[tuple[str, list]]:
    """All options by group, for ``oslo-config-generator``."""
    return [
        pair for module in conf._MODULES for pair in module.list_opts().items()
    ]


def set_defaults() -> None:
    """Change defaults of library options to fit clouddesk."""
    db_options.set_defaults(conf.CONF)
