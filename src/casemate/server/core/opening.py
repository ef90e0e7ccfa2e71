"""How a connection becomes a link: hellos, then CreateAccount or Authenticate, then Welcome."""

from typing import Final

from msgspec import structs

from casemate.crypto.identity import DeviceList, verify_device_list
from casemate.crypto.link_proof import (
    NONCE_BYTES,
    Greeting,
    greeting_of,
    new_account_digest,
    prove_server,
    verify_device,
)
from casemate.node import Effect, Entropy, Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import AccountId, DeviceId, cid_of
from casemate.protocol.limits import NEW_ACCOUNT_SECONDS
from casemate.protocol.link import (
    AccountRow,
    Authenticate,
    ClientHello,
    Closing,
    CreateAccount,
    DeviceRow,
    Holdings,
    OpeningRefused,
    ServerHello,
    Welcome,
)
from casemate.protocol.names import fold
from casemate.protocol.versions import INVITES_FEATURE, LINK_VERSIONS, NoCommonVersion, highest_common
from casemate.server.core.allowances import Allowances
from casemate.server.core.endpoints import Endpoints
from casemate.server.core.events import Caller, Close, ConnectionId, Send
from casemate.server.core.invites import Invites
from casemate.server.core.joining import Joining
from casemate.server.core.kept_names import KeptNames
from casemate.server.core.links import DeviceLink, Greeted, Links
from casemate.server.core.names import read_full_name, read_username
from casemate.server.core.outflow import Outflow
from casemate.server.core.ports import ServerStore, StoredAccount, StoredDevice
from casemate.server.core.presence import Presences
from casemate.server.core.refusals import Refusal
from casemate.server.core.settings import ServerSettings
from casemate.server.core.signed_names import SignedNames

SERVER_FEATURES: Final = (INVITES_FEATURE,)
HELD_RUNS: Final = 64
HELD_RUNS_IN_ALL: Final = 20_000
"""Of one Welcome; what is left out is deposited once more, which is harmless."""


class Opening:
    def __init__(
        self,
        store: ServerStore,
        links: Links,
        presences: Presences,
        outflow: Outflow,
        endpoints: Endpoints,
        names: SignedNames,
        kept_names: KeptNames,
        invites: Invites,
        settings: ServerSettings,
        entropy: Entropy,
    ) -> None:
        self._store = store
        self._links = links
        self._presences = presences
        self._outflow = outflow
        self._endpoints = endpoints
        self._names = names
        self._kept_names = kept_names
        self._settings = settings
        self._entropy = entropy
        self._joining = Joining(invites, settings)
        self.addresses: tuple[str, ...] = ()
        """Where others can reach this server."""
        self._new_accounts = Allowances(settings.new_accounts_at_once, NEW_ACCOUNT_SECONDS, "too_many_accounts")

    def hello(self, connection: ConnectionId, caller: Caller, frame: ClientHello) -> list[Effect]:
        """Agree on a version and prove who we are. Raises RequestRefused: update_server, update_this_computer."""
        try:
            version = highest_common(LINK_VERSIONS, frame.versions, our_name="server", their_name="device")
        except NoCommonVersion as error:
            code = "update_server" if error.must_update == "server" else "update_this_computer"
            raise Refusal(code) from error
        unproven = ServerHello(
            version=version,
            features=list(SERVER_FEATURES),
            server_key=self._settings.public_key,
            nonce=self._entropy(NONCE_BYTES),
            signature=b"",
            password_required=self._joining.password_required,
            registration=self._joining.registration_for(caller),
        )
        greeting = greeting_of(frame, unproven)
        self._links.greeted(connection, Greeted(greeting, caller))
        proof = prove_server(self._settings.private_key, greeting)
        return [Send(connection, structs.replace(unproven, signature=proof))]

    def create_account(
        self, connection: ConnectionId, greeted: Greeted, frame: CreateAccount, now: Instant
    ) -> list[Effect]:
        """Make the account, or find it made by the same key, and go on as if the device had authenticated."""
        greeting = greeted.greeting
        devices = verify_device_list(frame.device_list)
        if devices.number != 1 or len(devices.devices) != 1:
            raise PeerBrokeProtocol("a first device list has number 1 and one device")
        entry = devices.devices[0]
        verify_device(
            entry.signing_key,
            frame.signature,
            greeting,
            devices.account_id,
            entry.device_id,
            frame.start_counter,
            frame.start_id,
            new_account_digest(frame.username, frame.full_name, frame.device_list, frame.bundle),
        )
        account = self._store.accounts.account(devices.account_id)
        if account is None:
            self._make_account(frame, devices, greeted, now)
        elif fold(frame.username) != fold(account.username):
            raise Refusal("account_exists", username=account.username)
        device = self._store.accounts.device(entry.device_id)
        if device is None or device.account_id != devices.account_id:
            raise Refusal("device_removed")
        self._store.accounts.set_bundle(device.device_id, frame.bundle)
        return self._enter(connection, device, frame.start_counter, frame.start_id, now)

    def authenticate(
        self, connection: ConnectionId, greeting: Greeting, frame: Authenticate, now: Instant
    ) -> list[Effect]:
        """Let a known device in. Raises RequestRefused: not_on_server, device_removed, fenced."""
        account = self._store.accounts.account(frame.account_id)
        if account is None:
            raise Refusal("not_on_server")
        device = self._store.accounts.device(frame.device_id)
        if device is None or device.account_id != frame.account_id:
            raise Refusal("device_removed")
        verify_device(
            device.signing_key,
            frame.signature,
            greeting,
            frame.account_id,
            frame.device_id,
            frame.start_counter,
            frame.start_id,
        )
        self._endpoints.certify_stored(account)
        return self._enter(connection, device, frame.start_counter, frame.start_id, now)

    def _make_account(self, frame: CreateAccount, devices: DeviceList, greeted: Greeted, now: Instant) -> None:
        self._joining.check(greeted.caller, greeted.greeting, frame, now)
        accounts, account_id, entry = self._store.accounts, devices.account_id, devices.devices[0]
        username = read_username(frame.username)
        full_name = read_full_name(frame.full_name)
        if accounts.with_folded(username.folded) is not None:
            raise Refusal("username_taken", username=username.shown)
        if accounts.with_skeleton(username.skeleton) is not None:
            raise Refusal("username_confusable")
        self._kept_names.check(username, account_id, now)
        if accounts.with_cid(cid_of(account_id)) is not None:
            raise Refusal("cid_taken")
        if accounts.device(entry.device_id) is not None:
            raise Refusal("device_taken")
        self._endpoints.check(devices)
        self._new_accounts.take(greeted.caller.network, now.monotonic)
        accounts.add(account_id, username, full_name, frame.device_list, devices.number, now.wall)
        accounts.add_device(account_id, entry.device_id, entry.signing_key)
        self._endpoints.certify(devices)
        self._kept_names.comes_back(account_id)
        self._names.take_first(account_id, frame.names, devices)
        self._joining.joined(frame)

    def _enter(
        self, connection: ConnectionId, device: StoredDevice, start_counter: int, start_id: bytes, now: Instant
    ) -> list[Effect]:
        effects = self._fence_off(device.device_id, start_counter, start_id)
        seen = device.start_counter
        if start_counter == seen and device.start_id not in {b"", start_id}:
            # A clone with the same count was here: to its owner that is as if a later start had been.
            seen += 1
        if start_counter >= device.start_counter:
            self._store.accounts.set_start(device.device_id, start_counter, start_id)
        self._store.accounts.set_linked_start(device.device_id, start_id)
        link = DeviceLink(connection, device.account_id, device.device_id, start_counter, start_id)
        self._links.proven(link)
        effects += self._presences.came(device.account_id, now)
        effects.append(Send(connection, self._welcome(device, seen, now)))
        return effects + self._outflow.flush(link)

    def _fence_off(self, device_id: DeviceId, start_counter: int, start_id: bytes) -> list[Effect]:
        """End the device's other link, unless that one is of a newer start. Raises RequestRefused."""
        other = self._links.of_device(device_id)
        if other is None:
            return []
        if other.start_counter > start_counter:
            raise Refusal("fenced")
        self._links.ended(other.connection)
        if (other.start_counter, other.start_id) == (start_counter, start_id):
            return [Close(other.connection)]  # the same start came back before we knew that its link was dead
        return [Send(other.connection, Closing("fenced")), Close(other.connection)]

    def _welcome(self, device: StoredDevice, start_counter_seen: int, now: Instant) -> Welcome:
        account = self._store.accounts.account(device.account_id)
        assert account is not None  # its device is on file
        return Welcome(
            account=_own_row(account),
            start_counter_seen=start_counter_seen,
            sent=self._sent(device.device_id),
            received=[
                Holdings(pair.sender_device, pair.deposited_up_to, pair.taken_up_to, [])
                for pair in self._store.mailbox.pairs_to(device.device_id)
            ],
            presence=self._store.directory.presence_of_peers(device.account_id),
            appear_offline=account.appear_offline,
            blocked=self._store.registrations.blocked_by(device.account_id),
            server_time=now.wall,
            paths=self._settings.paths,
            linked_before=device.linked_start,
            device_list_number=account.device_list_number,
            devices=[
                DeviceRow(device_id, self._links.of_device(device_id) is not None)
                for device_id in self._store.accounts.devices(account.account_id)
            ],
            addresses=list(self.addresses),
            version=self._settings.version,
        )

    def _sent(self, device_id: DeviceId) -> list[Holdings]:
        holdings, runs_left = [], HELD_RUNS_IN_ALL
        for pair in self._store.mailbox.pairs_from(device_id):
            runs = self._store.mailbox.held_runs(pair, min(HELD_RUNS, runs_left)) if pair.envelopes else []
            runs_left -= len(runs)
            holdings.append(
                Holdings(pair.recipient_device, pair.deposited_up_to, pair.taken_up_to, runs, pair.expired_up_to)
            )
        return holdings


def refused(connection: ConnectionId, refusal: Refusal) -> list[Effect]:
    """The opening ends here."""
    return [Send(connection, OpeningRefused(refusal.code, refusal.params)), Close(connection)]


def _own_row(account: StoredAccount) -> AccountRow:
    return AccountRow(AccountId(account.account_id), account.username, account.full_name, online=True)
