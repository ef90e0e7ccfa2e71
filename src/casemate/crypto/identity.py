"""Who is who: account keys and their succession, devices, and the signed device list that binds them."""

from typing import Annotated, Final, Literal

import msgspec

from casemate.crypto import labels
from casemate.crypto.canonical import SignedDocument, decode, decoder_of, encode, signed_document
from casemate.crypto.errors import BadDeviceList, BadSignature, DeviceListRolledBack
from casemate.crypto.kdf import sha3_256
from casemate.crypto.keys import (
    KEY_BYTES,
    AccountPrivate,
    DeviceAgreementPrivate,
    DeviceSigningPrivate,
    Ed25519Public,
    Ed25519PublicField,
    EndpointPrivate,
    Entropy,
    SignatureField,
    X25519Public,
    X25519PublicField,
)
from casemate.crypto.primitives import (
    check_ed25519_public,
    check_x25519_public,
    ed25519_public,
    ed25519_sign,
    ed25519_verify,
    x25519_public,
)
from casemate.protocol.ids import ACCOUNT_ID_BYTES, DEVICE_ID_BYTES, SERVER_CID, AccountId, DeviceId, cid_of
from casemate.protocol.limits import DEVICE_LIST_BYTES

MAX_ACCOUNT_KEYS: Final = 16
MAX_DEVICES: Final = 16

AccountIdField = Annotated[AccountId, msgspec.Meta(min_length=ACCOUNT_ID_BYTES, max_length=ACCOUNT_ID_BYTES)]
DeviceIdField = Annotated[DeviceId, msgspec.Meta(min_length=DEVICE_ID_BYTES, max_length=DEVICE_ID_BYTES)]


class Successor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """An account key, signed by the one before it."""

    key: Ed25519PublicField
    signature: SignatureField


class AccountKeys(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The public keys an account has had, oldest first."""

    first: Ed25519PublicField
    successors: Annotated[tuple[Successor, ...], msgspec.Meta(max_length=MAX_ACCOUNT_KEYS - 1)] = ()

    @property
    def account_id(self) -> AccountId:
        return account_id_of(self.first)

    @property
    def all(self) -> tuple[Ed25519Public, ...]:
        return (self.first, *(successor.key for successor in self.successors))

    @property
    def current(self) -> Ed25519Public:
        return self.successors[-1].key if self.successors else self.first


class DeviceEntry(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The public keys of one device."""

    device_id: DeviceIdField
    signing_key: Ed25519PublicField
    agreement_key: X25519PublicField
    endpoint_key: Ed25519PublicField


class DeviceList(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The devices of an account, sorted by id; a higher number replaces a lower one."""

    version: Literal[1]
    account_id: AccountIdField
    account_keys: AccountKeys
    number: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    devices: Annotated[tuple[DeviceEntry, ...], msgspec.Meta(min_length=1, max_length=MAX_DEVICES)]

    def device(self, device_id: DeviceId) -> DeviceEntry:
        """The entry of a device. Raises BadDeviceList when it is not certified."""
        for entry in self.devices:
            if entry.device_id == device_id:
                return entry
        raise BadDeviceList("no such device")


class OwnAccount(msgspec.Struct, frozen=True, array_like=True):
    """The private side of an account: its current signing key and its public history."""

    private: AccountPrivate
    keys: AccountKeys

    @property
    def account_id(self) -> AccountId:
        return self.keys.account_id


class OwnDevice(msgspec.Struct, frozen=True, array_like=True):
    """The private keys of one device; they never leave it."""

    signing: DeviceSigningPrivate
    agreement: DeviceAgreementPrivate
    endpoint: EndpointPrivate
    entry: DeviceEntry

    @property
    def device_id(self) -> DeviceId:
        return self.entry.device_id


def account_id_of(first_key: Ed25519Public) -> AccountId:
    """32 bytes that name the account for good, whatever happens to its later keys."""
    return AccountId(sha3_256(labels.ACCOUNT, first_key))


def device_id_of(signing_key: Ed25519Public) -> DeviceId:
    """16 bytes that name the device."""
    return DeviceId(sha3_256(labels.DEVICE, signing_key)[:DEVICE_ID_BYTES])


def new_account(entropy: Entropy) -> OwnAccount:
    """A fresh account key. An account whose cid would be 0, the server's, is drawn again."""
    while True:
        private = AccountPrivate(entropy(KEY_BYTES))
        keys = AccountKeys(ed25519_public(private))
        if cid_of(keys.account_id) != SERVER_CID:
            return OwnAccount(private, keys)


def new_device(entropy: Entropy) -> OwnDevice:
    """Fresh keys of a device."""
    signing = DeviceSigningPrivate(entropy(KEY_BYTES))
    agreement = DeviceAgreementPrivate(entropy(KEY_BYTES))
    endpoint = EndpointPrivate(entropy(KEY_BYTES))
    signing_key = ed25519_public(signing)
    entry = DeviceEntry(
        device_id_of(signing_key), signing_key, X25519Public(x25519_public(agreement)), ed25519_public(endpoint)
    )
    return OwnDevice(signing, agreement, endpoint, entry)


def rotate_account_key(account: OwnAccount, entropy: Entropy) -> OwnAccount:
    """The account with a successor key, signed by the present one. Raises BadDeviceList when the chain is full."""
    if len(account.keys.all) >= MAX_ACCOUNT_KEYS:
        raise BadDeviceList("too many account keys")
    private = AccountPrivate(entropy(KEY_BYTES))
    key = ed25519_public(private)
    statement = _succession(account.account_id, len(account.keys.all), key)
    signature = ed25519_sign(account.private, labels.ACCOUNT_SUCCESSOR, statement)
    successors = (*account.keys.successors, Successor(key, signature))
    return OwnAccount(private, AccountKeys(account.keys.first, successors))


def sign_device_list(account: OwnAccount, number: int, devices: tuple[DeviceEntry, ...]) -> bytes:
    """The signed list as it travels."""
    ordered = tuple(sorted(devices, key=lambda entry: entry.device_id))
    body = encode(DeviceList(1, account.account_id, account.keys, number, ordered))
    return encode(SignedDocument(body, ed25519_sign(account.private, labels.DEVICE_LIST, body)))


def verify_device_list(data: bytes, account_id: AccountId | None = None) -> DeviceList:
    """Check everything a list claims by itself, and that it belongs to the pinned account.

    Without a pin the list is only known to be consistent: that is for a first
    contact, whose account id the caller pins. Raises BadDeviceList,
    BadSignature or BadKeyMaterial.
    """
    document = decode(signed_document, data, DEVICE_LIST_BYTES, BadDeviceList)
    device_list = decode(_device_list, document.body, DEVICE_LIST_BYTES, BadDeviceList)
    if account_id is not None and device_list.account_id != account_id:
        raise BadDeviceList("another account")
    _check_account(device_list)
    ed25519_verify(device_list.account_keys.current, labels.DEVICE_LIST, document.body, document.signature)
    _check_devices(device_list.devices)
    return device_list


def check_not_older(known: DeviceList, arrived: DeviceList) -> None:
    """Raises DeviceListRolledBack unless `arrived` may replace `known`, or is the same.

    The known account keys must be the beginning of the new ones: two
    successors signed by one key are a fork, whoever made it.
    """
    keys = known.account_keys.all
    if arrived.account_id != known.account_id or arrived.account_keys.all[: len(keys)] != keys:
        raise DeviceListRolledBack("the account keys do not continue the known ones")
    if arrived.number < known.number:
        raise DeviceListRolledBack("an older number")
    if arrived.number == known.number and arrived != known:
        raise DeviceListRolledBack("two lists of one number")


def _check_account(device_list: DeviceList) -> None:
    keys = device_list.account_keys
    if keys.account_id != device_list.account_id or cid_of(device_list.account_id) == SERVER_CID:
        raise BadDeviceList("account id")
    if len(set(keys.all)) != len(keys.all):
        raise BadDeviceList("an account key comes back")
    check_ed25519_public(keys.first)
    for index, successor in enumerate(keys.successors, start=1):
        check_ed25519_public(successor.key)
        statement = _succession(device_list.account_id, index, successor.key)
        try:
            ed25519_verify(keys.all[index - 1], labels.ACCOUNT_SUCCESSOR, statement, successor.signature)
        except BadSignature as error:
            raise BadDeviceList("succession") from error


def _check_devices(devices: tuple[DeviceEntry, ...]) -> None:
    ids = [entry.device_id for entry in devices]
    if ids != sorted(set(ids)):
        raise BadDeviceList("devices are not sorted, or one comes twice")
    for entry in devices:
        if entry.device_id != device_id_of(entry.signing_key):
            raise BadDeviceList("device id")
        check_ed25519_public(entry.signing_key)
        check_ed25519_public(entry.endpoint_key)
        check_x25519_public(entry.agreement_key)


def _succession(account_id: AccountId, index: int, key: Ed25519Public) -> bytes:
    return account_id + bytes((index,)) + key


_device_list: Final = decoder_of(DeviceList)
