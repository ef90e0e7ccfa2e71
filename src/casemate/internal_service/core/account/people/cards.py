"""Signed cards: ours with fresh prekeys for one person, theirs verified."""

from typing import Final

from casemate.crypto.card import Purpose, VerifiedCard, sign_card, verify_card
from casemate.crypto.errors import BadPeerCard
from casemate.internal_service.core.account.context import Context
from casemate.node import Instant
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import REGISTRATION_REQUEST_SECONDS

CARD_SECONDS: Final = 2 * REGISTRATION_REQUEST_SECONDS
"""A card's prekeys outlive the request: it may be accepted on its last day and used some days later."""


class Cards:
    """What is verified raises PeerBrokeProtocol."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def new(self, recipient: AccountId, purpose: Purpose, now: Instant, note: bytes = b"") -> bytes:
        """With one-time prekeys whose private halves are stored."""
        return self.sign(recipient, purpose, self._context.one_time_bundle(CARD_SECONDS, now), now, note)

    def sign(self, recipient: AccountId, purpose: Purpose, bundle: bytes, now: Instant, note: bytes = b"") -> bytes:
        context = self._context
        return sign_card(
            context.device,
            context.account_id,
            recipient,
            purpose,
            device_list=context.secrets.device_list,
            names=context.profile.names,
            bundles=(bundle,),
            note=note,
            now_seconds=int(now.wall),
        )

    def verify(self, sender: AccountId, card: bytes, purpose: Purpose, now: Instant) -> VerifiedCard:
        return verify_card(card, sender, self._context.account_id, purpose, now_seconds=int(now.wall))

    def verify_either(self, sender: AccountId, card: bytes, now: Instant) -> VerifiedCard:
        """An acceptance, or their own request that crossed ours."""
        try:
            return self.verify(sender, card, Purpose.ACCEPT, now)
        except BadPeerCard:
            return self.verify(sender, card, Purpose.ASK, now)
