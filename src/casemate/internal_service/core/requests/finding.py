"""What views ask to find messages."""

from typing import Final

from casemate.internal_service.core.account.wanted import WantedMessages, read_terms
from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.ids import conversation_from_hex, id_from_hex
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.protocol.client.finding_extensions import DayFound, FindDay, MessagesFound, SearchMessages
from casemate.protocol.ids import ACCOUNT_ID_BYTES, AccountId
from casemate.protocol.limits import SEARCHED_CHARACTERS

_LAST_MILLISECOND: Final = 2**53


class FindingRequests:
    def __init__(self, accounts: Accounts) -> None:
        self._desk = accounts.desk
        self._hosts = accounts.hosts

    def search(self, asker: Asker, request: SearchMessages) -> None:
        """Raises Refused."""
        host = self._hosts.session(request.cid)
        if len(request.words) > SEARCHED_CHARACTERS:
            raise refuse("too_long", what="words", limit=str(SEARCHED_CHARACTERS))
        messages, cursor = host.account.finding.find(_wanted(request), request.cursor)
        found = MessagesFound(cid=request.cid, request_id=asker.request_id, messages=messages, cursor=cursor)
        self._desk.answer(asker, found)

    def find_day(self, asker: Asker, request: FindDay) -> None:
        """Raises Refused."""
        host = self._hosts.session(request.cid)
        found = host.account.finding.first_from(conversation_from_hex(request.conversation), _time(request.from_time))
        self._desk.answer(asker, DayFound(cid=request.cid, request_id=asker.request_id, message_id=found))


def _wanted(request: SearchMessages) -> WantedMessages:
    author = request.author
    return WantedMessages(
        terms=read_terms(request.words),
        conversation=None if request.conversation is None else conversation_from_hex(request.conversation),
        author=None if author is None else AccountId(id_from_hex(author, ACCOUNT_ID_BYTES, "author")),
        from_time=_seconds(request.from_time),
        to_time=_seconds(request.to_time),
        has_link=request.has_link,
    )


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else _time(milliseconds)


def _time(milliseconds: int) -> float:
    if abs(milliseconds) > _LAST_MILLISECOND:
        raise refuse("malformed", what="time")
    return milliseconds / 1000
