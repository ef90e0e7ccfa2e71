"""Rows that the contract of an account's store is tried with: Alice's, who talks with Bea and with Carl."""

from casemate.crypto.content import Shows
from casemate.internal_service.core.account.ports import AccountStore, Line
from casemate.internal_service.core.account.rows import Delivery, MessageRow, Peer, Profile, ServerAddress
from casemate.internal_service.core.account.starts import Start
from casemate.protocol.ids import AccountId, ConversationId, DeviceId, MessageId

OWN_DEVICE = DeviceId(b"o" * 16)
THEIR_DEVICE = DeviceId(b"t" * 16)
OTHER_DEVICE = DeviceId(b"u" * 16)
BEA = AccountId(b"\xff" * 32)
CARL = AccountId(b"\x01" * 32)
WITH_BEA = ConversationId(b"b" * 16)
WITH_CARL = ConversationId(b"c" * 16)

PROFILE = Profile(
    account_id=AccountId(b"a" * 32),
    username="alice",
    full_name="Alice Liddell",
    server_address="127.0.0.1:12349",
    server_key=None,
    enrolled=False,
    server_password=(b"one", b"two"),
    start_counter=1,
    auto_connect=False,
    appear_offline=True,
    starts=(Start(1, b"the first start."), Start(2**62, b"the last start..")),
    fenced=True,
    more_addresses=(ServerAddress("chat.example.org:443", True), ServerAddress("wss://chat.example.org", False)),
    server_in_use="chat.example.org:443",
    invitations=("casemate1-link", "casemate1-other"),
    read_receipts=False,
    typing=False,
)
PEER = Peer(
    account_id=BEA,
    username="bea",
    full_name="Bea Lindqvist",
    device_list=b"list",
    relation="none",
    relation_since=1.5,
    connection="none",
    connection_round=0,
    blocked=False,
    verified=True,
    identity_changed=False,
    met="by_our_invitation",
)


def message(name: str, counter: int, *, mine: bool = False) -> MessageRow:
    return MessageRow(
        arrival=0,
        message_id=place(name)[1],
        conversation=WITH_BEA,
        author=PROFILE.account_id if mine else BEA,
        device=OWN_DEVICE if mine else THEIR_DEVICE,
        kind="chat",
        shows=Shows.LINE,
        body=name.encode(),
        counter=counter,
        written_at=1.0,
        arrived_at=2.0,
        number=None if mine else counter,
        seen=mine,
        painted=mine,
    )


def add(store: AccountStore, row: MessageRow) -> MessageRow:
    """The row as it is kept."""
    [kept] = store.messages_add([row])
    return kept


def place(name: str) -> Line:
    return WITH_BEA, MessageId(name.encode().ljust(16, b"."))


def write(store: AccountStore, name: str, *, seal: int | None = None) -> int:
    """A line of ours to their device, sealed under this number; its arrival."""
    [row] = store.messages_add([message(name, 1, mine=True)])
    assert row is not None
    store.deliveries_add([Delivery(THEIR_DEVICE, row.arrival)])
    if seal is not None:
        store.deliveries_sealed([Delivery(THEIR_DEVICE, row.arrival, seal, b"envelope", "queued")])
    return row.arrival
