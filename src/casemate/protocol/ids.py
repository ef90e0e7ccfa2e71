"""The identifiers every part agrees on, each a type of its own."""

from typing import Final, NewType

AccountId = NewType("AccountId", bytes)
"""32 bytes: SHA3-256 over the account's first public key. Storage and pins use it."""

Cid = NewType("Cid", int)
"""u64: the first 8 bytes of the account id, big-endian. The client API uses it."""

DeviceId = NewType("DeviceId", bytes)
"""16 bytes, derived from the device's Ed25519 public key."""

MessageId = NewType("MessageId", bytes)
"""128 random bits, chosen where the message was written; the same for every repeat."""

ConversationId = NewType("ConversationId", bytes)
"""16 bytes: who talks. For two people it follows from their account ids, the same on both sides."""

InviteId = NewType("InviteId", bytes)
"""16 random bytes: one invitation. No secret."""

SlotId = NewType("SlotId", bytes)
"""16 random bytes: one window of a browser, as the place where it keeps what is being written."""

SocketId = NewType("SocketId", int)
"""One WebSocket of one client, counted up by the internal service while it runs."""

LinkId = NewType("LinkId", int)
"""One connection from an internal service to a server, counted up while it runs."""

ACCOUNT_ID_BYTES: Final = 32
DEVICE_ID_BYTES: Final = 16
MESSAGE_ID_BYTES: Final = 16
CONVERSATION_ID_BYTES: Final = 16
INVITE_ID_BYTES: Final = 16
SLOT_ID_BYTES: Final = 16
CID_BYTES: Final = 8
SERVER_CID: Final = Cid(0)
"""In notifications `peer_cid` 0 means the server; no account has this cid."""


def cid_of(account_id: AccountId) -> Cid:
    """The cid that belongs to an account id."""
    return Cid(int.from_bytes(account_id[:CID_BYTES], "big"))
