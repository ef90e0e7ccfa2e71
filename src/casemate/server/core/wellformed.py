"""The bounds that every frame of a device keeps, checked once before anything reads it."""

import math
from typing import Final

from casemate.crypto.invite import ADMIT_BYTES
from casemate.crypto.link_proof import NONCE_BYTES, START_ID_BYTES
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import ACCOUNT_ID_BYTES, DEVICE_ID_BYTES, INVITE_ID_BYTES
from casemate.protocol.limits import (
    BUNDLE_BYTES,
    CONTROL_BYTES,
    DEPOSIT_ITEMS,
    DEVICE_LIST_BYTES,
    DIRECTORY_PAGE_ROWS,
    ENVELOPE_BYTES,
    INVITE_USES,
    NAMES_BYTES,
    SIGNED_REQUEST_BYTES,
)
from casemate.protocol.link import (
    AnswerRegistration,
    AskRegistration,
    Authenticate,
    ClientHello,
    CreateAccount,
    Deposit,
    EndInvite,
    Ephemeral,
    FetchBundle,
    FindAccount,
    ListAccounts,
    PublishBundle,
    PublishDeviceList,
    PutInvite,
    Receipt,
    ReceiptTaken,
    SetBlock,
    SignalsTaken,
    WithdrawAsk,
)
from casemate.protocol.link_codec import ClientFrame

NUMBER_MAX: Final = 2**63 - 1
CID_MAX: Final = 2**64 - 1
FEATURES: Final = 64
FEATURE_CHARS: Final = 64
VERSION_MAX: Final = 2**16
SERVER_PASSWORDS: Final = 16
SERVER_PASSWORD_HASH_BYTES: Final = 32
QUERY_CHARS: Final = 256


def check(frame: ClientFrame) -> None:
    """Raises MalformedFrame."""
    match frame:
        case Deposit():
            _check_deposit(frame)
        case Receipt(to, taken_up_to, sealed):
            _require(len(to) == DEVICE_ID_BYTES and 0 <= taken_up_to <= NUMBER_MAX and len(sealed) <= CONTROL_BYTES)
        case ReceiptTaken(device, number):
            _require(len(device) == DEVICE_ID_BYTES and 0 <= number <= NUMBER_MAX)
        case SignalsTaken(number):
            _require(0 <= number <= NUMBER_MAX)
        case Ephemeral(to, sealed):
            _require(len(to) == DEVICE_ID_BYTES and len(sealed) <= CONTROL_BYTES)
        case _:
            _check_request(frame)


def _check_deposit(frame: Deposit) -> None:
    _require(len(frame.to) == DEVICE_ID_BYTES and 1 <= len(frame.items) <= DEPOSIT_ITEMS)
    last = 0
    for number, envelope in frame.items:
        _require(last < number <= NUMBER_MAX and 1 <= len(envelope) <= ENVELOPE_BYTES)
        last = number


def _check_request(frame: ClientFrame) -> None:
    match frame:
        case ClientHello() | CreateAccount() | Authenticate():
            _check_opening(frame)
        case FindAccount(_, cid):
            _require(0 <= cid <= CID_MAX)
        case ListAccounts(_, query, cursor, limit):
            _require(len(query) <= QUERY_CHARS and len(cursor) <= QUERY_CHARS and 1 <= limit <= DIRECTORY_PAGE_ROWS)
        case AskRegistration(_, to, request):
            _require(len(to) == ACCOUNT_ID_BYTES and 1 <= len(request) <= SIGNED_REQUEST_BYTES)
        case AnswerRegistration(_, to, accept, answer):
            _require(len(to) == ACCOUNT_ID_BYTES and len(answer) <= SIGNED_REQUEST_BYTES and accept == bool(answer))
        case SetBlock(_, account) | WithdrawAsk(_, account):
            _require(len(account) == ACCOUNT_ID_BYTES)
        case PublishBundle(_, bundle):
            _require(1 <= len(bundle) <= BUNDLE_BYTES)
        case PublishDeviceList(_, device_list, names):
            _require(len(device_list) <= DEVICE_LIST_BYTES and len(names) <= NAMES_BYTES)
        case FetchBundle(_, device):
            _require(len(device) == DEVICE_ID_BYTES)
        case PutInvite():
            _require(len(frame.invite_id) == INVITE_ID_BYTES and len(frame.admit_digest) == ADMIT_BYTES)
            _require(1 <= frame.uses <= INVITE_USES and 0 < frame.seconds_left < math.inf)
            _require(0 <= frame.used <= INVITE_USES)
        case EndInvite(_, invite_id):
            _require(len(invite_id) == INVITE_ID_BYTES)
        case _:
            pass


def _check_opening(frame: ClientHello | CreateAccount | Authenticate) -> None:
    match frame:
        case ClientHello((lowest, highest), features, nonce):
            _require(0 < lowest <= highest <= VERSION_MAX and len(nonce) == NONCE_BYTES)
            _require(len(features) <= FEATURES and all(len(feature) <= FEATURE_CHARS for feature in features))
        case CreateAccount():
            hashes = frame.server_password or []
            _require(len(frame.device_list) <= DEVICE_LIST_BYTES and 1 <= len(frame.bundle) <= BUNDLE_BYTES)
            _require(len(frame.names) <= NAMES_BYTES)
            _require(len(frame.invite_id) in {0, INVITE_ID_BYTES} and len(frame.admit_token) in {0, ADMIT_BYTES})
            _require(len(hashes) <= SERVER_PASSWORDS)
            _require(all(len(entry) == SERVER_PASSWORD_HASH_BYTES for entry in hashes))
            _check_start(frame.start_counter, frame.start_id)
        case Authenticate():
            _require(len(frame.account_id) == ACCOUNT_ID_BYTES and len(frame.device_id) == DEVICE_ID_BYTES)
            _check_start(frame.start_counter, frame.start_id)


def _check_start(start_counter: int, start_id: bytes) -> None:
    _require(0 <= start_counter <= NUMBER_MAX and len(start_id) == START_ID_BYTES)


def _require(condition: bool) -> None:
    if not condition:
        raise MalformedFrame("a field is out of its bounds")
