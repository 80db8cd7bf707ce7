"""A seam for tests that kill a conductor between two steps."""


def checkpoint(order_id: str, item_id: int, step: str, when: str) -> None:
    """Nothing; tests put something deadly here.

    :param step: name of the step, with ``undo.`` before it while an order is
        being cancelled
    :param when: ``before`` anything of the step was asked for, or ``after``
        all of it happened and before that is recorded
    """
