"""A view that remembers when it was shown what: paths, and messages of the peer."""

import time
from dataclasses import dataclass
from typing import Any

from tests.support.client import Answer
from tests.support.view import View


@dataclass(frozen=True, slots=True)
class PathSeen:
    at: float
    """On the monotonic clock."""
    kind: str
    reason: str | None

    def __str__(self) -> str:
        return self.kind if self.reason is None else f"{self.kind} ({self.reason})"


class WatchedView(View):
    """Of one account with one peer, as people of the laboratory have it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.paths: list[PathSeen] = []
        """Each differs from the one before."""
        self.arrivals: dict[str, float] = {}
        """When the text of a message of the peer was shown first."""

    def _take(self, answer: Answer) -> None:
        super()._take(answer)
        now = time.monotonic()
        for account in self.accounts.values():
            for peer in account.peers.values():
                self._saw_path(now, peer["path"])
            for message in account.messages.values():
                if not message["mine"]:
                    self.arrivals.setdefault(message["text"], now)

    def _saw_path(self, now: float, path: dict[str, Any] | None) -> None:
        if path is None:
            return
        seen = PathSeen(now, path["kind"], path["reason"] and path["reason"]["code"])
        if not self.paths or str(self.paths[-1]) != str(seen):
            self.paths.append(seen)
