"""The vault: an account's database key, wrapped under its password or under a key of this computer and sign-in."""

from typing import Annotated, Final, Literal

import msgspec

from casemate.crypto import labels
from casemate.crypto.canonical import encode
from casemate.crypto.errors import EnvelopeUnreadable, StoredStateDamaged, WrongPassword
from casemate.crypto.keys import KEY_BYTES, DatabaseKey, Entropy, MachineKey, SignInKey
from casemate.crypto.primitives import Aead, argon2id
from casemate.crypto.sealing import RANDOM_BYTES, open_once, seal_once

SALT_BYTES: Final = 16
MEMORY_KIB_LIMIT: Final = 1024 * 1024
"""A damaged or planted file cannot make us allocate more than 1 GiB."""


class PasswordCost(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Argon2id parameters, kept beside what they protect so that they can be raised later."""

    memory_kib: Annotated[int, msgspec.Meta(ge=8, le=MEMORY_KIB_LIMIT)] = 64 * 1024
    passes: Annotated[int, msgspec.Meta(ge=1, le=32)] = 3
    lanes: Annotated[int, msgspec.Meta(ge=1, le=1)] = 1


class PasswordVault(msgspec.Struct, frozen=True, array_like=True, tag="password"):
    """Opens with the password."""

    format: Literal[1]
    cost: PasswordCost
    salt: bytes
    random: bytes
    wrapped: bytes


class MachineVault(msgspec.Struct, frozen=True, array_like=True, tag="machine"):
    """Opens without the password, as long as its sign-in lasts."""

    format: Literal[2]
    random: bytes
    wrapped: bytes


class SignInVault(msgspec.Struct, frozen=True, array_like=True, tag="sign-in"):
    """Opens on this computer."""

    format: Literal[1]
    random: bytes
    wrapped: bytes


def new_database_key(entropy: Entropy) -> DatabaseKey:
    """A fresh key for one account's database."""
    return DatabaseKey(entropy(KEY_BYTES))


def new_machine_key(entropy: Entropy) -> MachineKey:
    """A fresh key to be kept by the operating system."""
    return MachineKey(entropy(KEY_BYTES))


def new_sign_in_key(entropy: Entropy) -> SignInKey:
    """A fresh key for one sign-in."""
    return SignInKey(entropy(KEY_BYTES))


def lock_with_password(
    key: DatabaseKey, password: bytes, bound_to: bytes, entropy: Entropy, cost: PasswordCost | None = None
) -> bytes:
    """The vault's bytes. `bound_to` (the account id) must be the same when it is opened."""
    cost = cost or PasswordCost()
    salt, random = entropy(SALT_BYTES), entropy(RANDOM_BYTES)
    ad = encode(cost) + salt + bound_to
    wrapping = _password_key(password, salt, cost)
    wrapped = _wrap(wrapping, labels.VAULT_PASSWORD, random, key.secret, ad)
    return encode(PasswordVault(1, cost, salt, random, wrapped))


def unlock_with_password(data: bytes, password: bytes, bound_to: bytes) -> DatabaseKey:
    """Raises WrongPassword, or StoredStateDamaged when these bytes are no password vault."""
    vault = _read(data)
    if not isinstance(vault, PasswordVault):
        raise StoredStateDamaged("not a password vault")
    ad = encode(vault.cost) + vault.salt + bound_to
    wrapping = _password_key(password, vault.salt, vault.cost)
    return DatabaseKey(_unwrap(wrapping, labels.VAULT_PASSWORD, vault.random, vault.wrapped, ad))


def lock_with_sign_in_key(key: DatabaseKey, sign_in: SignInKey, bound_to: bytes, entropy: Entropy) -> bytes:
    """The vault's bytes. Once the sign-in key is gone, every copy of them opens nothing."""
    random = entropy(RANDOM_BYTES)
    return encode(MachineVault(2, random, _wrap(sign_in.secret, labels.VAULT_MACHINE, random, key.secret, bound_to)))


def unlock_with_sign_in_key(data: bytes, sign_in: SignInKey, bound_to: bytes) -> DatabaseKey:
    """Raises WrongPassword when it was locked at another sign-in, StoredStateDamaged for no machine vault."""
    vault = _read(data)
    if not isinstance(vault, MachineVault):
        raise StoredStateDamaged("not a machine vault")
    return DatabaseKey(_unwrap(sign_in.secret, labels.VAULT_MACHINE, vault.random, vault.wrapped, bound_to))


def lock_sign_in_key(sign_in: SignInKey, machine: MachineKey, bound_to: bytes, entropy: Entropy) -> bytes:
    """The sign-in key as it is kept in a file of its own."""
    random = entropy(RANDOM_BYTES)
    return encode(SignInVault(1, random, _wrap(machine.secret, labels.VAULT_SIGN_IN, random, sign_in.secret, bound_to)))


def unlock_sign_in_key(data: bytes, machine: MachineKey, bound_to: bytes) -> SignInKey:
    """Raises WrongPassword when this machine's key does not open it, StoredStateDamaged for no sign-in vault."""
    vault = _read(data)
    if not isinstance(vault, SignInVault):
        raise StoredStateDamaged("not a sign-in vault")
    return SignInKey(_unwrap(machine.secret, labels.VAULT_SIGN_IN, vault.random, vault.wrapped, bound_to))


def _read(data: bytes) -> PasswordVault | MachineVault | SignInVault:
    try:
        vault = _decoder.decode(data)
    except msgspec.DecodeError as error:
        raise StoredStateDamaged("vault") from error
    if len(vault.random) != RANDOM_BYTES or (isinstance(vault, PasswordVault) and len(vault.salt) != SALT_BYTES):
        raise StoredStateDamaged("vault")
    return vault


def _password_key(password: bytes, salt: bytes, cost: PasswordCost) -> bytes:
    return argon2id(
        password,
        salt,
        memory_kib=cost.memory_kib,
        passes=cost.passes,
        lanes=cost.lanes,
        length=KEY_BYTES,
    )


def _wrap(key: bytes, label: bytes, random: bytes, secret: bytes, ad: bytes) -> bytes:
    return seal_once(Aead.CHACHA20_POLY1305, key, label, random, secret, ad)


def _unwrap(key: bytes, label: bytes, random: bytes, wrapped: bytes, ad: bytes) -> bytes:
    try:
        return open_once(Aead.CHACHA20_POLY1305, key, label, random, wrapped, ad)
    except EnvelopeUnreadable as error:
        raise WrongPassword from error


_decoder: Final[msgspec.msgpack.Decoder[PasswordVault | MachineVault | SignInVault]] = msgspec.msgpack.Decoder(
    PasswordVault | MachineVault | SignInVault
)
