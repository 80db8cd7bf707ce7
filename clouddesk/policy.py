"""Decides whether a caller may do something."""

import functools
import time
from typing import Any

from oslo_policy import opts
from oslo_policy import policy

from clouddesk import context as cd_context
from clouddesk import exceptions
from clouddesk import policies
from clouddesk.conf import CONF

Target = dict[str, str | None]

#: Seconds that an answer holds, and with it the rules that it came from:
#: oslo.policy looks for changed files before each answer, which takes longer
#: than most answers.
_FRESH = 1.0


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
    _answers.forget()


def authorize(
    context: cd_context.RequestContext,
    rule: str,
    target: Target | None = None,
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
    target: Target | None = None,
) -> bool:
    """Whether the caller may."""
    if target is None:
        target = {'project_id': context.project_id}
    return _answers.get(context, rule, target)


class _Answers:
    """What was answered within the last second."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._known: dict[Any, bool] = {}
        self._until = 0.0

    def get(
        self, context: cd_context.RequestContext, rule: str, target: Target
    ) -> bool:
        now = time.monotonic()
        if now >= self._until:
            self._known, self._until = {}, now + _FRESH
        # An answer that is slow to come must not outlive the others.
        known = self._known
        key = (rule, *target.items(), context.policy_key)
        if key not in known:
            known[key] = bool(get_enforcer().authorize(rule, target, context))
        return known[key]


_answers = _Answers()
