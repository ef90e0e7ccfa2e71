"""GetAutostart and SetAutostart: whether what runs here starts with the computer is on the disk, never remembered."""

from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.effects import AskAutostart
from casemate.internal_service.core.ground.events import AutostartSeen
from casemate.internal_service.core.ground.failures import failure
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.ground.refusals import reason
from casemate.internal_service.core.ground.waits import Waits
from casemate.protocol.client.extensions import AutostartTold, GetAutostart, SetAutostart
from casemate.protocol.ids import Cid


class AutostartRequests:
    def __init__(self, desk: Desk, waits: Waits) -> None:
        self._desk = desk
        self._waits = waits

    def get(self, asker: Asker, request: GetAutostart) -> None:
        """Raises Refused."""
        self._ask(asker, request, None)

    def set(self, asker: Asker, request: SetAutostart) -> None:
        """Raises Refused."""
        self._ask(asker, request, request.on)

    def _ask(self, asker: Asker, request: GetAutostart | SetAutostart, turn: bool | None) -> None:
        token = self._waits.add(asker, lambda seen: self._seen(asker, request, seen))
        self._desk.effects.append(AskAutostart(token, turn))

    def _seen(self, asker: Asker, request: GetAutostart | SetAutostart, seen: AutostartSeen | Answered) -> None:
        if isinstance(seen, Answered) or seen.refused is not None:
            self._desk.answer(asker, failure(request, seen.refused or reason("internal")))
            return
        answer = AutostartTold(
            cid=Cid(0),
            request_id=asker.request_id,
            state=seen.state,
            reason=seen.reason,
            before_login=seen.before_login,
        )
        self._desk.answer(asker, answer)
