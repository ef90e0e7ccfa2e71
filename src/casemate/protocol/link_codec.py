"""Which frames go which way on the link, and how one becomes bytes and typed again."""

from typing import Final, TypeVar

import msgspec

from casemate.protocol import link
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.limits import LINK_FRAME_BYTES

ClientFrame = (
    link.ClientHello
    | link.CreateAccount
    | link.Authenticate
    | link.ListAccounts
    | link.FindAccount
    | link.AskRegistration
    | link.AnswerRegistration
    | link.WithdrawAsk
    | link.SetBlock
    | link.SetVisibility
    | link.PublishBundle
    | link.PublishDeviceList
    | link.FetchBundle
    | link.PutInvite
    | link.EndInvite
    | link.DeleteAccount
    | link.SignalsTaken
    | link.Deposit
    | link.Receipt
    | link.ReceiptTaken
    | link.Ephemeral
)
ServerFrame = (
    link.ServerHello
    | link.OpeningRefused
    | link.Welcome
    | link.RequestDone
    | link.RequestFailed
    | link.AccountPage
    | link.AccountFound
    | link.BundleFound
    | link.Signal
    | link.Deposited
    | link.DepositRefused
    | link.Expired
    | link.Deliver
    | link.ReceiptArrived
    | link.EphemeralArrived
    | link.Presence
    | link.PeerBecameRegistered
    | link.Closing
)

AnyFrame = TypeVar("AnyFrame")

_encoder: Final = msgspec.msgpack.Encoder()
_client_decoder: Final[msgspec.msgpack.Decoder[ClientFrame]] = msgspec.msgpack.Decoder(ClientFrame)
_server_decoder: Final[msgspec.msgpack.Decoder[ServerFrame]] = msgspec.msgpack.Decoder(ServerFrame)


def encode(frame: ClientFrame | ServerFrame) -> bytes:
    return _encoder.encode(frame)


def decode_client_frame(data: bytes) -> ClientFrame:
    """What a device sent. Raises MalformedFrame."""
    return _decode(_client_decoder, data)


def decode_server_frame(data: bytes) -> ServerFrame:
    """What a server sent. Raises MalformedFrame."""
    return _decode(_server_decoder, data)


def _decode(decoder: msgspec.msgpack.Decoder[AnyFrame], data: bytes) -> AnyFrame:
    if len(data) > LINK_FRAME_BYTES:
        raise MalformedFrame(f"link frame of {len(data)} bytes is larger than {LINK_FRAME_BYTES}")
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedFrame(str(error)) from error
