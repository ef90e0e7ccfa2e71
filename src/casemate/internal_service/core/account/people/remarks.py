"""What our person keeps of others for themselves: a nickname, a note, and whom they declined. It goes to nobody."""

from msgspec.structs import replace

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.notices import ConversationChanged, PeerChanged
from casemate.internal_service.core.ground.refusals import refuse
from casemate.node import Instant
from casemate.protocol.limits import NICKNAME_BYTES, NOTE_BYTES
from casemate.protocol.names import is_visible, shown_from_others


class Remarks:
    def __init__(self, context: Context) -> None:
        self._context = context

    def put(self, peer: Peer, nickname: str | None, note: str | None) -> Outcome:
        """None leaves it as it is, empty takes it away. Raises Refused."""
        for text, most, what in ((nickname, NICKNAME_BYTES, "nickname"), (note, NOTE_BYTES, "note")):
            if text is not None and len(text.encode("utf-8", "replace")) > most:
                raise refuse("too_long", what=what, limit=str(most))
        store = self._context.store
        before = remark = store.remark(peer.account_id)
        if nickname is not None:
            remark = replace(remark, nickname=_as_name(nickname))
        if note is not None:
            remark = replace(remark, note=note.encode("utf-8", "replace").decode().strip())
        if remark == before:
            return []
        store.put_remark(peer.account_id, remark)
        if remark.nickname != before.nickname:
            self._context.peers_version += 1  # names of theirs may look like this one now
        return [PeerChanged(peer.cid), ConversationChanged(self._context.conversation_with(peer.account_id))]

    def declined(self, peer: Peer, now: Instant) -> None:
        store = self._context.store
        store.put_remark(peer.account_id, replace(store.remark(peer.account_id), declined_at=now.wall))

    def no_more_declined(self, peer: Peer) -> None:
        remark = self._context.store.remark(peer.account_id)
        if remark.declined_at is not None:
            self._context.store.put_remark(peer.account_id, replace(remark, declined_at=None))


def _as_name(text: str) -> str:
    name = shown_from_others(text)
    return name if any(map(is_visible, name)) else ""
