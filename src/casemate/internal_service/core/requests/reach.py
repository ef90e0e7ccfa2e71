"""GetReach and SetReach: `casemate up`, which started the server beside us, knows and does it."""

from typing import Final

from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.effects import AskUp
from casemate.internal_service.core.ground.events import UpAnswered
from casemate.internal_service.core.ground.failures import failure
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.ground.refusals import reason
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.hosts import Host
from casemate.protocol.client.invitation_extensions import GetReach, ReachTold, SetReach
from casemate.protocol.client.views import Reach, ReachView, Reason

ANSWER_SECONDS: Final = 150.0
"""A server is given 20 s to end, and a minute to start; then the same again, when it could not listen there."""


class ReachRequests:
    def __init__(self, accounts: Accounts, own_server_key: bytes | None) -> None:
        self._accounts = accounts
        self._own_server_key = own_server_key

    @property
    def _desk(self) -> Desk:
        return self._accounts.desk

    def get(self, asker: Asker, request: GetReach) -> None:
        """Raises Refused."""
        self._ask(asker, request, None)

    def set(self, asker: Asker, request: SetReach) -> None:
        """Raises Refused."""
        self._ask(asker, request, request.reach)

    def _ask(self, asker: Asker, request: GetReach | SetReach, wanted: Reach | None) -> None:
        if not self._is_at_own_server(self._accounts.hosts.session(request.cid)):
            self._tell(asker, request, ReachView(reach=None))
            return

        def done(outcome: UpAnswered | Answered | Reason) -> None:
            if isinstance(outcome, UpAnswered):
                if wanted is not None:
                    self._look_for_it()
                self._tell(asker, request, outcome.view)
            else:
                self._desk.answer(asker, failure(request, outcome.why if isinstance(outcome, Answered) else outcome))

        due = self._desk.now.monotonic + ANSWER_SECONDS
        token = self._accounts.waits.add(asker, done, due=due, late=reason("internal"))
        self._desk.effects.append(AskUp(token, wanted))

    def _look_for_it(self) -> None:
        """It is there again: who waited longer and longer, as for a server in trouble, need not wait."""
        for host in self._accounts.hosts.sessions():
            if self._is_at_own_server(host):
                self._accounts.take(host, host.account.look_for_server(self._desk.now))

    def _is_at_own_server(self, host: Host) -> bool:
        return self._own_server_key is not None and host.account.profile.server_key == self._own_server_key

    def _tell(self, asker: Asker, request: GetReach | SetReach, view: ReachView) -> None:
        self._desk.answer(asker, ReachTold(cid=request.cid, request_id=asker.request_id, view=view))
