"""What an account does with itself: device lists, bundles, and its end."""

from casemate.crypto.identity import check_not_older, verify_device_list
from casemate.node import Effect, Instant
from casemate.protocol.ids import AccountId
from casemate.protocol.link import (
    AccountGone,
    BundleFound,
    Closing,
    DeleteAccount,
    DeviceListChanged,
    FetchBundle,
    PublishBundle,
    PublishDeviceList,
    RequestDone,
)
from casemate.server.core.endpoints import Endpoints
from casemate.server.core.events import Close, Send
from casemate.server.core.kept_names import KeptNames
from casemate.server.core.links import DeviceLink, Links
from casemate.server.core.outflow import Outflow
from casemate.server.core.ports import ServerStore, StoredAccount
from casemate.server.core.presence import Presences
from casemate.server.core.refusals import Refusal
from casemate.server.core.signed_names import SignedNames
from casemate.server.core.stored_lists import stored_list


class AccountChanges:
    def __init__(
        self,
        store: ServerStore,
        links: Links,
        presences: Presences,
        outflow: Outflow,
        endpoints: Endpoints,
        names: SignedNames,
        kept_names: KeptNames,
    ) -> None:
        self._store = store
        self._links = links
        self._presences = presences
        self._outflow = outflow
        self._endpoints = endpoints
        self._names = names
        self._kept_names = kept_names

    def publish_bundle(self, link: DeviceLink, frame: PublishBundle, _now: Instant) -> list[Effect]:
        """Replace this device's last-resort bundle."""
        self._store.accounts.set_bundle(link.device_id, frame.bundle)
        return [Send(link.connection, RequestDone(frame.request_id))]

    def fetch_bundle(self, link: DeviceLink, frame: FetchBundle, _now: Instant) -> list[Effect]:
        """Of a registered peer that does not block us. Raises RequestRefused."""
        route = self._store.mailbox.route(link.account_id, frame.device)
        if route is None:
            raise Refusal("unknown_peer")
        if not route.registered:
            raise Refusal("not_registered")
        if route.blocked:
            raise Refusal("not_accepting")
        bundle = self._store.accounts.bundle(frame.device)
        if bundle is None:
            raise Refusal("no_keys_yet")
        return [Send(link.connection, BundleFound(frame.request_id, bundle))]

    def publish_device_list(self, link: DeviceLink, frame: PublishDeviceList, now: Instant) -> list[Effect]:
        """Take a list that continues the known one, and newer names beside it, and tell registered peers.

        Raises PeerBrokeProtocol for what is not this account's, RequestRefused for a device of another one.
        """
        account = self._account(link)
        arrived = verify_device_list(frame.device_list, link.account_id)
        stored = stored_list(account)
        if stored is not None:
            check_not_older(stored, arrived)
        done = Send(link.connection, RequestDone(frame.request_id))
        if stored is not None and arrived.number == stored.number:
            renamed = self._names.take(account, frame.names, arrived)
            return [done, *(self._tell_peers(link.account_id) if renamed else [])]
        known = set(self._store.accounts.devices(link.account_id))
        listed = {entry.device_id: entry for entry in arrived.devices}
        if any(self._store.accounts.device(device_id) is not None for device_id in listed.keys() - known):
            raise Refusal("device_taken")
        self._endpoints.check(arrived)
        self._names.keys_changed(account, arrived)
        self._store.accounts.set_device_list(link.account_id, frame.device_list, arrived.number)
        self._names.take(self._account(link), frame.names, arrived)
        for device_id in sorted(listed.keys() - known):
            self._store.accounts.add_device(link.account_id, device_id, listed[device_id].signing_key)
        self._endpoints.certify(arrived)
        effects: list[Effect] = [done, *self._endpoints.changed(link.account_id)]
        for device_id in sorted(known - listed.keys()):
            self._store.accounts.remove_device(device_id)
            effects += self._end(self._links.of_device(device_id), "device_removed")
        if not self._links.is_online(link.account_id):
            effects += self._presences.left(link.account_id, now)
        return effects + self._tell_peers(link.account_id)

    def delete(self, link: DeviceLink, frame: DeleteAccount, now: Instant) -> list[Effect]:
        """Everything goes; whoever has to do with this account is told."""
        account_id = link.account_id
        told = dict.fromkeys(
            self._store.registrations.peers(account_id)
            + self._store.registrations.asks_by(account_id)
            + self._store.registrations.asks_to(account_id)
        )
        self._kept_names.leaves(self._account(link), now)
        self._store.accounts.remove(account_id)
        effects: list[Effect] = [
            Send(link.connection, RequestDone(frame.request_id)),
            *self._endpoints.changed(account_id),
        ]
        for ended in list(self._links.of_account(account_id)):
            effects += self._end(ended, "account_deleted")
        for other in told:
            effects += self._tell_gone(other, account_id)
        return effects

    def _tell_peers(self, account_id: AccountId) -> list[Effect]:
        """The newest list and names; those that wait are replaced."""
        account = self._store.accounts.account(account_id)
        assert account is not None  # it was just written
        changed = DeviceListChanged(account_id, account.device_list, account.names)
        effects: list[Effect] = []
        for peer in self._store.registrations.peers(account_id):
            self._outflow.withdraw(peer, account_id, DeviceListChanged)
            effects += self._outflow.signal(peer, account_id, changed)
        return effects

    def _account(self, link: DeviceLink) -> StoredAccount:
        account = self._store.accounts.account(link.account_id)
        assert account is not None  # its link is proven
        return account

    def _tell_gone(self, other: AccountId, account_id: AccountId) -> list[Effect]:
        return self._outflow.signal(other, account_id, AccountGone(account_id))

    def _end(self, link: DeviceLink | None, code: str) -> list[Effect]:
        if link is None:
            return []
        self._links.ended(link.connection)
        return [Send(link.connection, Closing(code)), Close(link.connection)]
