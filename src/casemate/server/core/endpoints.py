"""Whom the relay serves: endpoint keys that an account certifies, and pairs of them that agreed to talk."""

from casemate.crypto.identity import DeviceList
from casemate.node import Effect
from casemate.protocol.ids import AccountId
from casemate.server.core.events import (
    RelayAccountChanged,
    RelayEndpointAnswered,
    RelayEndpointAsked,
    RelayPairAnswered,
    RelayPairAsked,
)
from casemate.server.core.ports import ServerStore, StoredAccount
from casemate.server.core.refusals import Refusal
from casemate.server.core.settings import ServerSettings
from casemate.server.core.stored_lists import stored_list


class Endpoints:
    def __init__(self, store: ServerStore, settings: ServerSettings) -> None:
        self._store = store
        self._has_relay = settings.paths is not None

    def check(self, devices: DeviceList) -> None:
        """Raises RequestRefused when a key of the list belongs to another device.

        Keys are public: without this anybody could list somebody else's and answer for who may reach it.
        """
        if not self._is_free(devices):
            raise Refusal("device_taken")

    def certify(self, devices: DeviceList) -> None:
        """Keep the endpoint keys of an account's newest list, which was checked."""
        self._store.endpoints.replace(
            devices.account_id, [(entry.endpoint_key, entry.device_id) for entry in devices.devices]
        )

    def certify_stored(self, account: StoredAccount) -> None:
        """The same for a list that a server without a relay took, unchecked: whoever comes first keeps a key."""
        if not self._store.endpoints.has_any(account.account_id):
            devices = stored_list(account)
            if devices is not None and self._is_free(devices):
                self.certify(devices)

    def endpoint_asked(self, event: RelayEndpointAsked) -> list[Effect]:
        """Whose is this key?"""
        return [RelayEndpointAnswered(event.token, self._store.endpoints.account_of(event.key))]

    def pair_asked(self, event: RelayPairAsked) -> list[Effect]:
        """May these two reach each other? The answer is the same from either end."""
        first = self._store.endpoints.account_of(event.from_key)
        second = self._store.endpoints.account_of(event.to_key)
        if first is None or second is None or not self._agree(first, second):
            return [RelayPairAnswered(event.token, None)]
        return [RelayPairAnswered(event.token, second)]

    def failed(self, event: RelayEndpointAsked | RelayPairAsked) -> list[Effect]:
        """What could not be looked up is not served."""
        if isinstance(event, RelayEndpointAsked):
            return [RelayEndpointAnswered(event.token, None)]
        return [RelayPairAnswered(event.token, None)]

    def changed(self, account_id: AccountId) -> list[Effect]:
        """Less may be allowed to this account than before."""
        return [RelayAccountChanged(account_id)] if self._has_relay else []

    def _is_free(self, devices: DeviceList) -> bool:
        keys = [entry.endpoint_key for entry in devices.devices]
        owners = {self._store.endpoints.account_of(key) for key in keys}
        return len(set(keys)) == len(keys) and owners <= {None, devices.account_id}

    def _agree(self, first: AccountId, second: AccountId) -> bool:
        rows = self._store.registrations
        return (
            rows.registered(first, second)
            and not rows.blocks(first, second)
            and not rows.blocks(second, first)
            and self._is_visible(first)
            and self._is_visible(second)
        )

    def _is_visible(self, account_id: AccountId) -> bool:
        account = self._store.accounts.account(account_id)
        return account is not None and not account.appear_offline
