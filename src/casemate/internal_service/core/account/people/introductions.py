"""The line that goes with a request to register: sealed for whoever is asked, and read from what a stranger sent."""

from msgspec.structs import replace

from casemate.crypto.card import note_of_own
from casemate.crypto.errors import EnvelopeUnreadable
from casemate.crypto.introduction import AskedRoute, open_introduction, seal_introduction
from casemate.internal_service.core.account.contents import RequestNote, decode_request_note, encode
from casemate.internal_service.core.account.context import Context
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.refusals import refuse
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import INTRODUCTION_BYTES, INTRODUCTION_CHARACTERS
from casemate.protocol.names import introduction_fits, shown_introduction


def checked_introduction(text: str) -> str:
    """As it is sealed and shown. Raises Refused."""
    if len(text) <= INTRODUCTION_BYTES:
        shown = shown_introduction(text)
        if introduction_fits(shown):
            return shown
    raise refuse("too_long", what="introduction", limit=str(INTRODUCTION_CHARACTERS))


def proof_in(card: bytes | None) -> RequestNote:
    """That the link of an invitation is ours, as this request of ours shows it; of none, nothing."""
    shown = RequestNote() if card is None else decode_request_note(note_of_own(card))
    return replace(shown, introduction=b"")


def request_note(context: Context, peer: Peer, introduction: str, proof: RequestNote) -> bytes:
    """The line is sealed for their first device: accounts have one so far."""
    if not introduction:
        return encode(proof) if proof.invite_id else b""
    route = AskedRoute(asker=context.account_id, asked=peer.account_id)
    device = context.device_list(peer).devices[0]
    return encode(replace(proof, introduction=seal_introduction(introduction, route, device, context.entropy)))


def introduction_in(context: Context, asker: AccountId, note: bytes) -> str:
    """What they wrote. Of a line that we cannot open, or that no program of ours would write, nothing is shown."""
    sealed = decode_request_note(note).introduction
    if not sealed:
        return ""
    try:
        text = open_introduction(sealed, AskedRoute(asker=asker, asked=context.account_id), context.device)
    except EnvelopeUnreadable:
        return ""
    shown = shown_introduction(text)
    return shown if introduction_fits(shown) else ""
