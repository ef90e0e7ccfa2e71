"""Opening and making vaults, and the server's password: what the worker threads run, since Argon2id takes its time."""

from casemate.crypto.errors import StoredStateDamaged, WrongPassword
from casemate.crypto.keys import DatabaseKey, Entropy
from casemate.crypto.server_password import server_password_key
from casemate.crypto.vault import PasswordCost, lock_with_password, new_database_key, unlock_with_password
from casemate.internal_service.core.ground.effects import MakeVault, RelockVault, TryVaults
from casemate.internal_service.core.ground.events import VaultMade, VaultRelocked, VaultsTried
from casemate.internal_service.core.ground.link_io import MakeServerPasswordKey, ServerPasswordKeyMade

VaultWork = MakeVault | TryVaults | RelockVault | MakeServerPasswordKey


def done(
    effect: VaultWork, entropy: Entropy, cost: PasswordCost | None = None
) -> VaultMade | VaultsTried | VaultRelocked | ServerPasswordKeyMade:
    """What such an effect is answered with."""
    match effect:
        case MakeVault():
            return make_vault(effect, entropy, cost)
        case TryVaults():
            return try_vaults(effect)
        case RelockVault():
            return relock_vault(effect, entropy, cost)
        case MakeServerPasswordKey():
            return make_server_password_key(effect)


def make_vault(effect: MakeVault, entropy: Entropy, cost: PasswordCost | None = None) -> VaultMade:
    key = new_database_key(entropy)
    vault = lock_with_password(key, effect.password, bound_to(effect.name), entropy, cost)
    return VaultMade(effect.token, effect.name, vault, key)


def try_vaults(effect: TryVaults) -> VaultsTried:
    """A damaged vault counts as one that the password does not open."""
    opened: dict[str, DatabaseKey] = {}
    for name, vault in effect.vaults.items():
        try:
            opened[name] = unlock_with_password(vault, effect.password, bound_to(name))
        except (WrongPassword, StoredStateDamaged):
            continue
    return VaultsTried(effect.token, opened)


def relock_vault(effect: RelockVault, entropy: Entropy, cost: PasswordCost | None = None) -> VaultRelocked:
    opened = try_vaults(TryVaults(effect.token, {effect.name: effect.vault}, effect.old_password)).opened
    if effect.name not in opened:
        return VaultRelocked(effect.token, None)
    vault = lock_with_password(opened[effect.name], effect.new_password, bound_to(effect.name), entropy, cost)
    return VaultRelocked(effect.token, vault)


def make_server_password_key(effect: MakeServerPasswordKey) -> ServerPasswordKeyMade:
    key = server_password_key(effect.hashes, effect.server_key)
    return ServerPasswordKeyMade(effect.account_id, effect.generation, key)


def bound_to(name: str) -> bytes:
    """What a vault is bound to: swapping two accounts' vaults opens neither."""
    return f"casemate/account/{name}".encode()
