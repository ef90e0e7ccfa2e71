"""Further devices of an account, which nobody can link yet: a test makes them."""

from dataclasses import replace

from msgspec import structs

from casemate.crypto.identity import OwnDevice, new_device, sign_device_list, verify_device_list
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.ports import AccountStore
from casemate.node import Entropy
from casemate.protocol.ids import DeviceId
from casemate.protocol.link import PublishDeviceList


def device_id_of(account: Account) -> DeviceId:
    return account._context.device.device_id


def with_device(account: Account, entropy: Entropy) -> tuple[OwnDevice, bytes]:
    """A fresh device, and the list that names it beside those there are."""
    secrets = account._context.secrets
    listed = verify_device_list(secrets.device_list)
    device = new_device(entropy)
    return device, sign_device_list(secrets.account, listed.number + 1, (*listed.devices, device.entry))


def without_device(account: Account, gone: DeviceId) -> bytes:
    secrets = account._context.secrets
    listed = verify_device_list(secrets.device_list)
    left = tuple(entry for entry in listed.devices if entry.device_id != gone)
    return sign_device_list(secrets.account, listed.number + 1, left)


def take_over(account: Account, device_list: bytes) -> Outcome:
    """The list that this account's devices hold from now on."""
    context = account._context
    context.secrets = structs.replace(context.secrets, device_list=device_list)
    context.store.put_secrets(context.secrets.to_bytes())
    return []


def publish(account: Account, device_list: bytes) -> Outcome:
    """Tell the server, which tells the peers."""
    take_over(account, device_list)
    return account._parts.requests.ask(
        lambda request_id: PublishDeviceList(request_id, device_list), lambda answer, later: []
    )


def furnish(store: AccountStore, first: Account, device: OwnDevice, device_list: bytes) -> None:
    """An empty store becomes that of another device, which knows whom `first` knows and has said nothing yet."""
    known = first._context
    secrets = structs.replace(
        known.secrets, device=device, device_list=device_list, bundle=b"", bundle_expires_at=0.0, bundle_kept=False
    )
    store.put_secrets(secrets.to_bytes())
    store.put_profile(replace(known.profile, start_counter=0, starts=(), fenced=False))
    for peer in known.store.peers():
        conversation = known.conversation_with(peer.account_id)
        store.put_peer(peer)
        store.open_conversation(conversation, peer.account_id)
        store.set_counter(conversation, known.store.counter(conversation))
