"""What is done now and then for as long as an account is open: old keys go, and the last-resort bundle is replaced."""

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.key_time import TIDY_SECONDS
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.link.requests import Answer, ServerRequests
from casemate.internal_service.core.ground.refusals import Refused
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant, Monotonic
from casemate.protocol.link import PublishBundle, RequestDone


class Tidying(Memory):
    def __init__(self, context: Context, link: Link, requests: ServerRequests) -> None:
        super().__init__(context.undo)
        self._context = context
        self._link = link
        self._requests = requests
        self._due: Monotonic | None = None

    def begin(self, now: Instant) -> None:
        """The account is opened. What was too old while it was closed goes at once."""
        self._remove_old(self._context.key_time.begin(now), now)

    def stop(self) -> None:
        self._due = None

    def link_up(self, now: Instant) -> Outcome:
        return self._publish_bundle(now)

    def next_wakeup(self) -> Monotonic | None:
        return self._due

    def wakeup(self, now: Instant) -> Outcome:
        if self._due is None or self._due > now.monotonic:
            return []
        self._remove_old(self._context.key_time.count(now), now)
        return self._publish_bundle(now) if self._link.online else []

    def _remove_old(self, key_time: float, now: Instant) -> None:
        self._due = now.monotonic + TIDY_SECONDS
        self._context.store.expire_prekeys(key_time)
        self._context.store.retire_ratchets(key_time)
        self._context.store.changes_expire(now.wall)
        self._context.store.later_expire(now.wall)
        self._context.store.cancelled_expire(now.wall)

    def _publish_bundle(self, now: Instant) -> Outcome:
        """With every link, until the server has confirmed it."""
        bundle = self._context.bundle_to_publish(now)
        if bundle is None:
            return []

        def answered(answer: Answer, _later: Instant) -> Outcome:
            if isinstance(answer, RequestDone):
                self._context.bundle_is_kept(bundle, kept=True)
            return []

        try:
            return self._requests.ask(lambda request_id: PublishBundle(request_id, bundle), answered)
        except Refused:
            return []  # the next look, or the next link, tries it again
