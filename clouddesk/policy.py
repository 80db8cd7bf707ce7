"""Decides whether a caller may do something."""

import functools

from oslo_policy import opts
from oslo_policy import policy

from clouddesk import context as cd_context
from clouddesk import exceptions
from clouddesk import policies
from clouddesk.conf import CONF


@functools.cache
def get_enforcer() -> policy.Enforcer:
    """The process's enforcer; also the entry point of oslo.policy's tools."""
    opts.set_defaults(CONF)
    enforcer = policy.Enforcer(CONF)
    enforcer.register_defaults(list(policies.list_rules()))
    return enforcer


def reset() -> None:
    """Forget the enforcer; for tests and after a change of options."""
    get_enforcer.cache_clear()


def authorize(
    context: cd_context.RequestContext,
    rule: str,
    target: dict[str, str | None] | None = None,
) -> None:
    """Let the caller through or not.

    :param rule: name of a registered rule
    :param target: ``project_id`` of what is meant; the caller's by default
    :raises Forbidden: names the rule
    """
    if not check(context, rule, target):
        raise exceptions.Forbidden(details={'rule': rule}, rule=rule)


def check(
    context: cd_context.RequestContext,
    rule: str,
    target: dict[str, str | None] | None = None,
) -> bool:
    """Whether the caller may."""
    if target is None:
        target = {'project_id': context.project_id}
    return bool(get_enforcer().authorize(rule, target, context))
