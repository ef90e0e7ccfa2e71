"""What accounts sign about their names: kept while it only goes forwards, handed out beside their device lists."""

from typing import Final

from casemate.crypto.errors import BadNames
from casemate.crypto.identity import DeviceList
from casemate.crypto.names import Names, replaces, verify_names
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import AccountId
from casemate.server.core.names import read_full_name
from casemate.server.core.ports import ServerStore, StoredAccount
from casemate.server.core.settings import ServerSettings
from casemate.server.core.stored_lists import stored_list

NO_NAMES: Final = b""


class SignedNames:
    def __init__(self, store: ServerStore, settings: ServerSettings) -> None:
        self._accounts = store.accounts
        self._server_key = settings.public_key

    def take_first(self, account_id: AccountId, names: bytes, devices: DeviceList) -> None:
        """Of an account that was just made. Raises PeerBrokeProtocol when they are not its names."""
        account = self._accounts.account(account_id)
        assert account is not None  # it was made in this event
        if names == NO_NAMES:
            return
        signed = verify_names(names, devices, self._server_key)
        if (signed.username, signed.full_name) != (account.username, account.full_name):
            raise BadNames("signed names other than those that are registered")
        self._accounts.set_names(account_id, names, account.full_name)

    def take(self, account: StoredAccount, names: bytes, devices: DeviceList) -> bool:
        """Whether these are newer than what is known, and kept now. `devices` is the account's newest list.

        Raises PeerBrokeProtocol when they are not its names, RequestRefused for a full name that nobody may have.
        """
        if names == NO_NAMES:
            return False
        signed = verify_names(names, devices, self._server_key)
        if signed.username != account.username or read_full_name(signed.full_name) != signed.full_name:
            raise BadNames("not in the form in which names are shown")
        held = self._held(account)
        if held is not None and not replaces(held, signed):
            return False
        self._accounts.set_names(account.account_id, names, signed.full_name)
        return True

    def keys_changed(self, account: StoredAccount, devices: DeviceList) -> None:
        """A retired key vouches for nothing: names that the list's current key did not sign are not handed out."""
        if account.names == NO_NAMES:
            return
        before = stored_list(account)
        if before is None or before.account_keys.current != devices.account_keys.current:
            self._accounts.forget_names(account.account_id)

    def _held(self, account: StoredAccount) -> Names | None:
        devices = stored_list(account)
        if account.names == NO_NAMES or devices is None:
            return None
        try:
            return verify_names(account.names, devices, self._server_key)
        except PeerBrokeProtocol:  # damaged here: what its account says is better
            return None
