"""Picture and status: sealed for those who are registered with us, and kept as they share theirs.

Nobody is told by the server but that there is a picture. What was written for whom is remembered, so that whoever
could not be told (no room in the queue, blocked) is told as soon as that is over.
"""

from typing import Final

from msgspec.structs import replace

from casemate.crypto.content import Kind
from casemate.crypto.names import read_names
from casemate.internal_service.core.account.contents import GIVE_AGAIN_SECONDS
from casemate.internal_service.core.account.context import Context, Outcome, milliseconds
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.people.acquaintances import Acquaintances
from casemate.internal_service.core.account.people.own_names import OwnNames
from casemate.internal_service.core.account.people.pictures import is_picture, picture_hash
from casemate.internal_service.core.account.people.profile_notes import (
    SALT_BYTES,
    PictureNote,
    ProfileNote,
    StatusNote,
    decode_profile,
    encode_profile,
)
from casemate.internal_service.core.account.profiles import SharedProfile, Status, ToldProfile
from casemate.internal_service.core.account.rows import MessageRow, Peer
from casemate.internal_service.core.ground.notices import LinkChanged, PeerChanged
from casemate.internal_service.core.ground.refusals import Refused, refuse
from casemate.internal_service.core.ground.undo import Memory, UndoDict, UndoSet
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import PICTURE_BYTES, STATUS_BYTES, STATUS_CHARACTERS
from casemate.protocol.names import is_visible, shown_from_others

_HIGHEST_NUMBER: Final = 2**62
UNDER_WAY: Final = 8
"""So many contents of this kind, taken back ones among them, wait for one peer at most: messages keep their room."""


class Sharing(Memory):
    def __init__(self, context: Context, outbox: Outbox, acquaintances: Acquaintances, own_names: OwnNames) -> None:
        super().__init__(context.undo)
        self._context = context
        self._outbox = outbox
        self._acquaintances = acquaintances
        self._own_names = own_names
        self._put_off: UndoSet[AccountId] = UndoSet(context.undo)
        """Who lacks what we share, because there was no room for it."""
        self._told_anew_at: UndoDict[AccountId, float] = UndoDict(context.undo)
        own_names.when_signed = self.settle_all

    # ----------------------------------------------------------------------------------------------------------- ours

    @property
    def own(self) -> SharedProfile:
        return self._context.store.shared_profile(self._context.account_id)

    def put_picture(self, picture: bytes, now: Instant) -> Outcome:
        """This is ours from now on; empty: none is. Raises Refused."""
        if len(picture) > PICTURE_BYTES:
            raise refuse("too_long", what="picture", limit=str(PICTURE_BYTES))
        if picture and not is_picture(picture):
            raise refuse("malformed", what="picture")
        store, own_id = self._context.store, self._context.account_id
        if picture == store.picture(own_id):
            return []
        if self._context.profile.server_key is None:
            raise refuse("server_away")  # names, which say which picture it is, are signed for one server
        salt = self._context.entropy(SALT_BYTES) if picture else b""
        named = picture_hash(salt, picture) if picture else b""
        store.put_shared_profile(own_id, replace(self.own, picture_hash=named, picture_salt=salt))
        if picture:
            store.put_picture(own_id, picture)
        return self._own_names.sign_again(now)

    def put_status(self, text: str, until: float | None, now: Instant) -> Outcome:
        """Raises Refused."""
        if len(text) > STATUS_BYTES:
            raise refuse("too_long", what="status", limit=str(STATUS_CHARACTERS))
        text = _shown(text)
        if not _fits(text):
            raise refuse("too_long", what="status", limit=str(STATUS_CHARACTERS))
        if until is not None and until <= now.wall:
            raise refuse("malformed", what="until")
        own = self.own
        held = None if own.status is None else (own.status.text, own.status.until)
        if held == ((text, until) if text else None):
            return []
        number = self._next_status(own, now)
        status = Status(text, now.wall, until) if text else None
        self._context.store.put_shared_profile(
            self._context.account_id, replace(own, status_number=number, status=status)
        )
        return [LinkChanged(), *self.settle_all(now)]

    def settle_all(self, now: Instant) -> Outcome:
        """Whoever does not have what we share now gets it."""
        for peer in self._context.store.peers():
            self.settle(peer, now)
        return []

    def settle(self, peer: Peer, now: Instant) -> None:
        own, profile = self.own, self._context.profile
        self._put_off.discard(peer.account_id)
        if peer.relation != "registered" or peer.blocked or not profile.names:
            return
        store = self._context.store
        told = store.told_profile(peer.account_id)
        number = read_names(profile.names).number
        try:
            if told.names_number != number and (own.picture_hash or told.names_number):
                self._tell(peer, self._picture_note(own, profile.names), now)
                told = replace(told, names_number=number if own.picture_hash else 0)
                store.put_told_profile(peer.account_id, told)
            if told.status_number != own.status_number:
                self._tell(peer, _status_note(own), now)
                store.put_told_profile(peer.account_id, replace(told, status_number=own.status_number))
        except Refused:
            self._put_off.add(peer.account_id)  # no room for them now: when they took something, or with the next link

    def _tell(self, peer: Peer, note: ProfileNote, now: Instant) -> None:
        """In the place of what they do not have yet of this sort. Raises Refused."""
        under_way = self._under_way(peer)
        body = encode_profile(note)
        if any(row.body == body for row in under_way):
            return
        for row in under_way:
            if type(decode_profile(row.body)) is type(note):
                self._outbox.empty(peer, row, now)
        if len(under_way) >= UNDER_WAY:
            raise refuse("mailbox_full")
        self._outbox.write(peer, Kind.PROFILE, body, now, reserve=0)

    def not_for(self, peer: Peer, now: Instant) -> None:
        """They are blocked, or there no more: of what they do not have yet no word stays. It is told once it may be."""
        under_way = self._under_way(peer)
        for row in under_way:
            self._outbox.empty(peer, row, now)
        if under_way:
            self._context.store.put_told_profile(peer.account_id, ToldProfile())

    def _under_way(self, peer: Peer) -> list[MessageRow]:
        return self._context.store.profiles_under_way(self._context.conversation_with(peer.account_id))

    def heard_from(self, peer: Peer, now: Instant) -> None:
        """They took something: what was put off may have room now."""
        if peer.account_id in self._put_off and now.monotonic >= self._anew_again_at(peer):
            self.settle(peer, now)

    def registered(self, peer: Peer, now: Instant) -> None:
        """They never had it, or do not have it any more."""
        self._context.store.put_told_profile(peer.account_id, ToldProfile())
        self.settle(peer, now)

    def tell_anew(self, peer: Peer, now: Instant) -> None:
        """They say that they have lost it: a few bytes of theirs must not cost us a picture each time."""
        if now.monotonic < self._anew_again_at(peer):
            self._context.store.put_told_profile(peer.account_id, ToldProfile())
            self._put_off.add(peer.account_id)
            return
        self._told_anew_at[peer.account_id] = now.monotonic
        self.registered(peer, now)

    def _anew_again_at(self, peer: Peer) -> float:
        told_at = self._told_anew_at.get(peer.account_id)
        return 0.0 if told_at is None else told_at + GIVE_AGAIN_SECONDS

    def link_up(self, name_at_server: str, now: Instant, *, older: bool) -> Outcome:
        """`older`: our data is, than what we told. Then everybody is told anew, above what they may have."""
        if older:
            self._context.store.forget_told_profiles()
            own = self.own
            if own.status_number:
                number = self._next_status(own, now)
                self._context.store.put_shared_profile(self._context.account_id, replace(own, status_number=number))
        return self._own_names.settle(name_at_server, older=older)

    @staticmethod
    def _next_status(own: SharedProfile, now: Instant) -> int:
        """Above what was said before this data was restored, as far as the clock tells."""
        return min(max(own.status_number + 1, milliseconds(now.wall)), _HIGHEST_NUMBER)

    def _picture_note(self, own: SharedProfile, names: bytes) -> PictureNote:
        picture = self._context.store.picture(self._context.account_id) if own.picture_hash else b""
        return PictureNote(names, own.picture_salt, picture)

    # --------------------------------------------------------------------------------------------------------- theirs

    def arrived(self, peer: Peer, body: bytes, now: Instant) -> Outcome:
        """What no program of ours would share changes nothing: nobody has to say it again."""
        if peer.relation == "gone":
            return []
        match decode_profile(body):
            case PictureNote() as note:
                return self._picture_arrived(peer, note, now)
            case StatusNote() as note:
                return self._status_arrived(peer, note, now)
            case None:
                return []

    def parted(self, peer: Peer, now: Instant) -> None:
        """They are deleted, or registered no more: neither side keeps what is of the other."""
        self.not_for(peer, now)
        store = self._context.store
        # What they shared last may be told once more; nothing from before that.
        last = max(store.shared_profile(peer.account_id).status_number - 1, 0)
        store.put_shared_profile(peer.account_id, SharedProfile(status_number=last))

    def _picture_arrived(self, peer: Peer, note: PictureNote, now: Instant) -> Outcome:
        try:
            peer, told = self._acquaintances.update(peer, peer.device_list, note.names, now)
        except PeerBrokeProtocol:
            return []  # signed with a key of theirs that we do not know yet, or for somebody else
        held = self._context.store.shared_profile(peer.account_id)
        named = read_names(peer.names).picture_hash if peer.names else b""
        is_theirs = named and is_picture(note.picture) and picture_hash(note.salt, note.picture) == named
        if not is_theirs or held.picture_hash == named:
            return told
        shared = replace(held, picture_hash=named, picture_salt=note.salt)
        self._context.store.put_shared_profile(peer.account_id, shared)
        self._context.store.put_picture(peer.account_id, note.picture)
        return [*told, PeerChanged(peer.cid)]

    def _status_arrived(self, peer: Peer, note: StatusNote, now: Instant) -> Outcome:
        held = self._context.store.shared_profile(peer.account_id)
        text = _shown(note.text)
        if note.number <= held.status_number or not _fits(text):
            return []
        until = None if note.until_ms is None else note.until_ms / 1000
        status = Status(text, min(note.set_at_ms / 1000, now.wall), until) if text else None
        shared = replace(held, status_number=note.number, status=status)
        self._context.store.put_shared_profile(peer.account_id, shared)
        return [PeerChanged(peer.cid)]


def _status_note(own: SharedProfile) -> StatusNote:
    status = own.status
    if status is None:
        return StatusNote(own.status_number, "", 0, None)
    until = None if status.until is None else milliseconds(status.until)
    return StatusNote(own.status_number, status.text, milliseconds(status.set_at), until)


def _shown(text: str) -> str:
    """One line, of nothing that draws outside its place."""
    shown = shown_from_others(text)
    return shown if any(map(is_visible, shown)) else ""


def _fits(shown: str) -> bool:
    return len(shown) <= STATUS_CHARACTERS and len(shown.encode()) <= STATUS_BYTES
