"""Lets what several threads want at the same time go as one call."""

from collections.abc import Callable
import dataclasses
import threading
from typing import Any


@dataclasses.dataclass
class _Wish:
    wanted: Any
    outcome: Any = None
    fulfilled: bool = False


class Gatherer:
    """While one call is out, those who come wait, and go together next.

    Nobody waits for company: who comes alone goes at once.
    """

    def __init__(
        self, call: Callable[[list[Any]], list[Any]], most: int
    ) -> None:
        """
        :param call: given what is wanted, it answers with as many results,
            in the same order; a result that is an exception is raised for
            the one who wanted it, one that is raised for all of them
        :param most: that go in one call
        """
        self._call = call
        self._most = most
        self._turn = threading.Condition()
        self._waiting: list[_Wish] = []
        self._is_out = False

    def ask(self, wanted: Any) -> Any:
        """Get one result, from whoever's call."""
        wish = _Wish(wanted)
        with self._turn:
            self._waiting.append(wish)
        while not wish.fulfilled:
            self._go(self._gather(wish))
        if isinstance(wish.outcome, BaseException):
            raise wish.outcome
        return wish.outcome

    def _gather(self, wish: _Wish) -> list[_Wish]:
        """The next to go; none when somebody else took this one along."""
        with self._turn:
            self._turn.wait_for(lambda: wish.fulfilled or not self._is_out)
            if wish.fulfilled:
                return []
            together = self._waiting[: self._most]
            del self._waiting[: self._most]
            self._is_out = True
            return together

    def _go(self, together: list[_Wish]) -> None:
        if not together:
            return
        wanted = [wish.wanted for wish in together]
        answered: list[tuple[_Wish, Any]]
        try:
            answered = list(zip(together, self._call(wanted), strict=True))
        except BaseException as error:
            # Whatever it is, nobody may be left waiting.
            answered = [(wish, error) for wish in together]
        with self._turn:
            for wish, outcome in answered:
                wish.outcome, wish.fulfilled = outcome, True
            self._is_out = False
            self._turn.notify_all()
