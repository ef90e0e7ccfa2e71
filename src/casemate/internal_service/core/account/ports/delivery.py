"""What an account needs of its database: what is on its way to devices, and what came from them."""

from collections.abc import Sequence
from typing import Literal, Protocol

from casemate.internal_service.core.account.rows import (
    Delivery,
    DeliveryState,
    MessageRow,
)
from casemate.protocol.ids import AccountId, ConversationId, DeviceId, MessageId

Line = tuple[ConversationId, MessageId]
"""A line of a conversation."""


class DeliveryStore(Protocol):
    """What is on its way to each device. Whatever changes says which lines look different now."""

    def deliveries_add(self, deliveries: Sequence[Delivery]) -> None:
        """To one device: they wait, or are sealed already. Those of a device keep the order of their messages."""
        ...

    def delivery(self, device: DeviceId, number: int) -> Delivery | None: ...

    def deliveries_of(self, arrivals: Sequence[int]) -> dict[int, list[Delivery]]:
        """Of each of these messages that has any; without envelopes."""
        ...

    def deliveries_waiting(self, device: DeviceId, limit: int) -> list[MessageRow]: ...

    def deliveries_sealed(self, sealed: Sequence[Delivery]) -> None:
        """These, which waited for one device, have their envelopes now."""
        ...

    def delivery_again(self, device: DeviceId, number: int, envelope: bytes) -> None:
        """One that is done is queued once more, under its number."""
        ...

    def delivery_void(self, device: DeviceId, number: int, envelope: bytes) -> None:
        """Another envelope takes the place of one that the device does not have, as far as we know."""
        ...

    def profiles_under_way(self, conversation: ConversationId) -> list[MessageRow]:
        """Of what we share, the contents that a device of theirs does not have yet."""
        ...

    def put_body(self, message: int, body: bytes) -> None:
        """Its former words are gone from here."""
        ...

    def waiting_drop(self, message: int) -> None:
        """What waits of this content, for any device, will not go. One that is no line and not under way is gone."""
        ...

    def deliveries_to_send(
        self, device: DeviceId, after_number: int, limit: int, *, even_sent: bool = False
    ) -> list[tuple[int, bytes]]:
        """Number and envelope of what the server has not confirmed, ascending; `even_sent`: also of what it has."""
        ...

    def unseal(self, device: DeviceId, numbers: Sequence[int] | None) -> list[Line]:
        """What is under way (None: all to the device) waits again, to be sealed anew."""
        ...

    def set_state(
        self,
        device: DeviceId,
        first: int,
        last: int,
        state: Literal["queued", "sent"],
        reason: str | None,
        kept_until: float | None = None,
    ) -> list[Line]:
        """Of what is under way with a number in first…last."""
        ...

    def expire(self, device: DeviceId, first: int, last: int) -> list[Line]:
        """What is sent and has a number in first…last is expired."""
        ...

    def overdue(self, wall: float, limit: int) -> list[tuple[DeviceId, int]]:
        """Device and number of what is sent and was to be kept until this moment at most."""
        ...

    def next_overdue(self) -> float | None:
        """When (wall) the next of what is sent is to be kept no longer."""
        ...

    def revive(self, device: DeviceId) -> tuple[int, list[Line]] | None:
        """What is expired is queued again: the first of those numbers. None: nothing was."""
        ...

    def arrived(self, device: DeviceId, up_to: int) -> list[Line]:
        """The device has everything under way up to this number. Contents that are no lines go with their last
        delivery."""
        ...

    def read(self, device: DeviceId, first: int, last: int) -> list[Line]:
        """It says that what has a number in first…last was read."""
        ...

    def forget_device(self, device: DeviceId, of_it_alone: Sequence[str]) -> tuple[list[Line], list[int]]:
        """Nothing goes there any more; what it told is kept. Returns the lines that look different, and the arrivals
        of contents that no device has or gets now. Those of the kinds `of_it_alone` concern nobody else, and go.
        """
        ...

    def numbers_under_way(self, device: DeviceId, state: DeliveryState) -> list[int]:
        """The numbers of those in this state, ascending."""
        ...

    def under_way(self, device: DeviceId) -> int:
        """How many contents wait or are sealed and not there yet; takes as long for many as for few."""
        ...

    def waiting(self, device: DeviceId) -> int: ...

    def devices_to_send(self) -> list[DeviceId]:
        """Devices for which something is under way that the server does not hold."""
        ...

    def queued_messages(self, conversation: ConversationId, limit: int) -> list[MessageId]:
        """Lines of ours that some device does not have and the server neither, the newest first."""
        ...


class InboxStore(Protocol):
    def early_put(self, device: DeviceId, number: int, envelope: bytes) -> None: ...

    def early_take(self, device: DeviceId, number: int) -> bytes | None: ...

    def early_held(self, device: DeviceId) -> tuple[int, int]:
        """How many envelopes, and how many bytes."""
        ...

    def quarantine_add(self, *, at: float, account_id: AccountId | None, what: str, detail: str, data: bytes) -> None:
        """Keep what broke the protocol for a look; the oldest goes beyond a bound."""
        ...
