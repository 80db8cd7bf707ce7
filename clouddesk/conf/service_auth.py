"""Credentials of the clouddesk service user."""

from keystoneauth1 import loading as ks_loading
from oslo_config import cfg

GROUP = cfg.OptGroup(
    'service_auth',
    title='Service user',
    help='The user that clouddesk works as. It is scoped to the tenant\'s '
    'project for the tenant\'s servers, and to project_name for reads that '
    'span projects.',
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    conf.register_group(GROUP)
    ks_loading.register_auth_conf_options(conf, GROUP.name)
    ks_loading.register_session_conf_options(conf, GROUP.name)


def list_opts() -> dict:
    return {
        GROUP: ks_loading.get_auth_common_conf_options()
        + ks_loading.get_auth_plugin_conf_options('v3password')
        + ks_loading.get_session_conf_options()
    }


def has_user(conf: cfg.ConfigOpts) -> bool:
    """Whether the credentials of a service user are configured."""
    options = conf[GROUP.name]
    return bool(options.auth_type or options.auth_section)


def is_replaced(conf: cfg.ConfigOpts) -> bool:
    """Whether somebody's own credentials stand in for a service user's."""
    return bool(conf.cloud.os_cloud) and not has_user(conf)
