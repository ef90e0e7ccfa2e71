"""GetReach and SetReach: `casemate up`, which started the server beside us, knows and does it."""

from typing import Final

from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.effects import AskUp
from casemate.internal_service.core.ground.events import UpAnswered
from casemate.internal_service.core.ground.failures import failure
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.ground.refusals import reason
from casemate.internal_service.core.ground.waits import Waits
from casemate.internal_service.core.sessions.hosts import Hosts
from casemate.protocol.client.invitation_extensions import GetReach, ReachTold, SetReach
from casemate.protocol.client.views import Reach, ReachView, Reason

ANSWER_SECONDS: Final = 150.0
"""A server is given 20 s to end, and a minute to start; then the same again, when it could not listen there."""


class ReachRequests:
    def __init__(self, desk: Desk, hosts: Hosts, waits: Waits, own_server_key: bytes | None) -> None:
        self._desk = desk
        self._hosts = hosts
        self._waits = waits
        self._own_server_key = own_server_key

    def get(self, asker: Asker, request: GetReach) -> None:
        """Raises Refused."""
        self._ask(asker, request, None)

    def set(self, asker: Asker, request: SetReach) -> None:
        """Raises Refused."""
        self._ask(asker, request, request.reach)

    def _ask(self, asker: Asker, request: GetReach | SetReach, wanted: Reach | None) -> None:
        server_key = self._hosts.session(request.cid).account.profile.server_key
        if self._own_server_key is None or server_key != self._own_server_key:
            self._tell(asker, request, ReachView(reach=None))
            return

        def done(outcome: UpAnswered | Answered | Reason) -> None:
            if isinstance(outcome, UpAnswered):
                self._tell(asker, request, outcome.view)
            else:
                self._desk.answer(asker, failure(request, reason("internal")))

        due = self._desk.now.monotonic + ANSWER_SECONDS
        token = self._waits.add(asker, done, due=due, late=reason("internal"))
        self._desk.effects.append(AskUp(token, wanted))

    def _tell(self, asker: Asker, request: GetReach | SetReach, view: ReachView) -> None:
        self._desk.answer(asker, ReachTold(cid=request.cid, request_id=asker.request_id, view=view))
