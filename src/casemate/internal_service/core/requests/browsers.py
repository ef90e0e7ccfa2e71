"""ListBrowsers and SignOutBrowser: the web surface knows whom it gave a cookie; requests come through here."""

from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.effects import AskBrowsers
from casemate.internal_service.core.ground.events import BrowsersTold
from casemate.internal_service.core.ground.failures import failure
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.ground.refusals import reason
from casemate.internal_service.core.ground.waits import Waits
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.extensions import BrowserList, ListBrowsers, SignOutBrowser
from casemate.protocol.ids import Cid


class BrowserRequests:
    def __init__(self, desk: Desk, waits: Waits) -> None:
        self._desk = desk
        self._waits = waits

    def list(self, asker: Asker, request: ListBrowsers) -> None:
        """Raises Refused."""
        self._ask(asker, request, None)

    def sign_out(self, asker: Asker, request: SignOutBrowser) -> None:
        """Raises Refused."""
        self._ask(asker, request, request.browser)

    def _ask(self, asker: Asker, request: ListBrowsers | SignOutBrowser, sign_out: str | None) -> None:
        token = self._waits.add(asker, lambda told: self._told(asker, request, told))
        self._desk.effects.append(AskBrowsers(token, asker.socket, sign_out))

    def _told(self, asker: Asker, request: ListBrowsers | SignOutBrowser, told: BrowsersTold | Answered) -> None:
        if isinstance(told, Answered):
            self._desk.answer(asker, failure(request, told.why))
        elif told.browsers is None:
            self._desk.answer(asker, failure(request, reason("internal")))
        elif isinstance(request, SignOutBrowser):
            self._desk.answer(asker, Done(cid=Cid(0), request_id=asker.request_id))
        else:
            answer = BrowserList(cid=Cid(0), request_id=asker.request_id, browsers=told.browsers)
            self._desk.answer(asker, answer)
