"""Somebody whose computer runs the whole internal service, used through a view as the browser uses it."""

import random
import uuid
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from typing import Final

from msgspec import structs

from casemate.crypto.keys import DatabaseKey, MachineKey
from casemate.crypto.testing import RepeatableKem
from casemate.crypto.vault import PasswordCost
from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.adapters.service_store import open_service_store
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.ground import events
from casemate.internal_service.core.ground import notices as told
from casemate.internal_service.core.ground.effects import CloseSocket, MakeVault, SendResponse, TryVaults
from casemate.internal_service.core.service import Service
from casemate.internal_service.core.sessions.found_accounts import take_stock
from casemate.internal_service.core.sessions.machine import Machine as Computer
from casemate.internal_service.core.sessions.ports import AccountFile, AccountUnavailable
from casemate.internal_service.core.sessions.vaults import make_vault, try_vaults
from casemate.node import Effect
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client import views
from casemate.protocol.client.codec import (
    ClientRequest,
    ClientResponse,
    decode_request,
    decode_response,
    encode_request,
    encode_response,
)
from casemate.protocol.client.extension_bases import RequestRefused
from casemate.protocol.client.message_extensions import DeleteMessages, EditMessage, PinMessage, ReactToMessage
from casemate.protocol.client.profile_extensions import SetPicture, SetStatus
from casemate.protocol.client.types import DEFAULT_SETTINGS, ConnectMode, LoginMode, Octets, Uuid
from casemate.protocol.client.views import MessageView
from casemate.protocol.ids import Cid, ConversationId, MessageId, SocketId
from casemate.protocol.link_previews import LinkPreview
from tests.sim.host import Told
from tests.sim.machine import Machine, Process
from tests.sim.network import Network
from tests.sim.peer_network import PeerNetwork
from tests.sim.people import Heard, Person, Setting
from tests.sim.vfs import VFS_NAME

CHEAP: Final = PasswordCost(memory_kib=8, passes=1)
PASSWORD: Final = b"a long password"
SERVER: Final = "127.0.0.1:12349"
VAULT_SECONDS: Final = 0.2
"""Opening a vault is made to be slow; much can happen meanwhile."""


class SimulatedAccounts:
    """The account databases of one computer, on its simulated disk."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def create(self, name: str, key: DatabaseKey, vault: bytes) -> SqliteAccountStore:
        self.keep_vault(name, vault)
        return open_account_store(self._machine.file(f"{name}.db"), key.secret, vfs=VFS_NAME)

    def open(self, name: str, key: DatabaseKey, *, check: bool = False) -> SqliteAccountStore:
        if not self._machine.disk.exists(self.path_of(name)):
            raise AccountUnavailable("missing", self.path_of(name))
        return open_account_store(self._machine.file(f"{name}.db"), key.secret, vfs=VFS_NAME, check=check)

    def delete(self, name: str) -> None:
        for companion in ("", "-wal", "-journal"):
            self._machine.disk.delete(str(self._machine.file(f"{name}.db{companion}")), synced=False)

    def keep_vault(self, name: str, vault: bytes) -> None:
        """Nobody loses service.db in these worlds, so nothing ever reads it."""

    def files(self) -> list[AccountFile]:
        names = [path.rpartition("/")[2].partition(".db") for path in self._machine.disk.as_written()]
        return [AccountFile(name, 1, None) for name, dot, rest in names if dot and not rest and name != "service"]

    def path_of(self, name: str) -> str:
        return str(self._machine.file(f"{name}.db"))

    def keep_sign_in_key(self, name: str, data: bytes) -> None:
        self.forget_sign_in_key(name)
        disk = self._machine.disk
        file = disk.open(self._sign_in_path(name))
        disk.write(file, data, 0)
        disk.sync(file)

    def sign_in_key(self, name: str) -> bytes | None:
        path = self._sign_in_path(name)
        return bytes(self._machine.disk.open(path).data) if self._machine.disk.exists(path) else None

    def forget_sign_in_key(self, name: str) -> None:
        self._machine.disk.delete(self._sign_in_path(name), synced=True)

    def _sign_in_path(self, name: str) -> str:
        return str(self._machine.file(f"{name}.signed-in"))


class ServicePerson(Person):
    """Says Hello on a new socket at each start, finds or makes the account, and follows it."""

    def __init__(
        self, name: str, machine: Machine, chance: random.Random, network: Network, peers: PeerNetwork
    ) -> None:
        super().__init__(name, machine, chance)
        self._network = network
        self._peers = peers
        self._socket = SocketId(0)
        self._heard: dict[str, Heard] = {}
        self._entering = False
        """Registering or signing in: one at a time."""

    # --- its process

    def start_process(self, machine: Machine) -> Process:
        key = MachineKey(b"m" * 32)
        store = open_service_store(machine.file(""), key, vfs=VFS_NAME)
        files = SimulatedAccounts(machine)
        take_stock(store, files, machine.now().wall)
        names = [row.name for row in store.accounts()]
        entropy = machine.entropy()
        computer = Computer(version="simulated", key=key, unlocked_by="key_file")
        service = Service(store, files, machine=computer, entropy=entropy, kem=RepeatableKem(entropy))
        boot = machine.boots

        def later(action: Callable[[], None]) -> None:
            machine.agenda.after(
                self.chance.random() * VAULT_SECONDS, lambda: action() if machine.boots == boot else None
            )

        def perform(effect: Effect) -> None:
            match effect:
                case SendResponse(socket, response):
                    if socket == self._socket:
                        self._hear_response(decode_response(encode_response(response)))
                case CloseSocket(socket):
                    if socket == self._socket:
                        later(lambda: self._open_socket("come back"))
                case MakeVault():
                    later(partial(machine.feed, make_vault(effect, entropy, CHEAP)))
                case TryVaults():
                    later(partial(machine.feed, try_vaults(effect)))
                case _:
                    if not (self._network.perform(machine, effect) or self._peers.perform(machine, effect)):
                        raise AssertionError(f"a service wants {effect!r}")

        return Process(service, service.stores, perform, [events.SessionLeft(name) for name in names])

    @property
    def account(self) -> Account | None:
        process = self.machine.process
        if process is None or self.cid == 0:
            return None
        assert isinstance(process.core, Service)
        for host in process.core._hosts.peek():
            if host.cid == self.cid and host.signed_in:
                return host.account
        return None

    @property
    def store(self) -> SqliteAccountStore | None:
        account = self.account
        if account is None:
            return None
        store = account._context.store
        assert isinstance(store, SqliteAccountStore)
        return store

    # --- entering

    def started(self) -> None:
        self._open_socket("open the browser")

    def _open_socket(self, why: str) -> None:
        self._heard.clear()
        self._entering = False
        self._socket = SocketId(self._socket + 1)
        self.machine.feed(events.SocketOpened(self._socket, self._new_id()))

        def heard(refused: views.Reason | None) -> None:
            if refused is not None:
                self._open_socket("come back")

        self._ask(why, lambda rid: ext.Hello(request_id=rid, client="simulated"), heard)

    def nudge(self) -> None:
        """Nobody is signed in: try again what did not work, or come back."""
        if not self._entering:
            self.sign_in()

    def sign_in(self) -> None:
        self.signed_in = True
        self._entering = True
        if self.cid == 0:
            self._ask("create an account", self._register, self._entered)
        else:
            self._ask("sign in", self._connect, self._entered)

    def sign_out(self) -> None:
        self.signed_in = False
        self._ask("sign out", lambda rid: ask.Disconnect(request_id=rid, cid=self.cid))

    def _register(self, rid: Uuid) -> ClientRequest:
        return ask.Register(
            request_id=rid,
            server_addr=SERVER,
            full_name=self.name.title(),
            username=self.name,
            proposed_password=Octets(PASSWORD),
            connect_after_register=True,
            session_security_settings=DEFAULT_SETTINGS,
        )

    def _connect(self, rid: Uuid) -> ClientRequest:
        return ask.Connect(
            request_id=rid,
            username=self.name,
            password=Octets(PASSWORD),
            connect_mode=ConnectMode(standard=LoginMode(force_login=False)),
            udp_mode="Disabled",
            session_security_settings=DEFAULT_SETTINGS,
        )

    def _entered(self, _: views.Reason | None) -> None:
        self._entering = False

    def _follow(self, cid: Cid) -> None:
        self.cid = cid
        self._ask("follow the account", lambda rid: ext.Subscribe(request_id=rid, cid=cid))

    # --- hearing

    def _hear_response(self, response: ClientResponse) -> None:
        match response:
            case ext.HelloAccepted(accounts=accounts):
                mine = next((account for account in accounts if account.username == self.name), None)
                if mine is None:
                    self.cid = Cid(0)
                    self.nudge()
                elif mine.state != "signed_out":
                    self._follow(mine.cid)
                else:
                    self.cid = mine.cid
            case to.ConnectSuccess(cid=cid) | to.SessionAlreadyActive(cid=cid):
                self._follow(cid)
            case ext.Snapshot(peers=peers):
                self.talks |= {peer.conversation: peer.cid for peer in peers}
            case ext.ViewEvents(events=happened):
                for event in happened:
                    self._see(event)
        heard = self._heard.pop(response.request_id or "", None)
        if heard is not None:
            refused = isinstance(response, RequestRefused) or type(response).__name__.endswith("Failure")
            heard(_reason_of(response) if refused else None)

    def _see(self, event: views.ViewEvent) -> None:
        match event:
            case views.MessageChanged(message=row):
                message_id = MessageId(bytes.fromhex(row.id))
                self.hear(Told(told.MessageChanged(_id_of(row.conversation), message_id), row))
            case views.PeerChanged(peer=peer):
                self.hear(Told(told.PeerChanged(peer.cid), peer))
            case views.ConversationChanged(conversation=conversation):
                self.hear(Told(told.ConversationChanged(_id_of(conversation.id)), conversation))
            case views.PathChanged(peer=cid, path=path):
                self.hear(Told(told.PathChanged(cid), path))

    # --- wishes

    def say(
        self,
        peer_cid: Cid,
        number: int,
        message_id: MessageId,
        text: str,
        preview: LinkPreview | None,
        heard: Heard,
    ) -> None:
        talk = self._talk_with(peer_cid)
        shown = None if preview is None else views.LinkPreviewView(**structs.asdict(preview))
        self._ask(
            f"say #{number} to {peer_cid % 1000}",
            lambda rid: ext.SendChat(
                request_id=rid, cid=self.cid, conversation=talk, message_id=message_id.hex(), text=text, preview=shown
            ),
            heard,
        )

    def edit(self, peer_cid: Cid, message_id: str, text: str) -> None:
        talk = self._talk_with(peer_cid)
        self._ask(
            f"edit {message_id[:6]}",
            lambda rid: EditMessage(request_id=rid, cid=self.cid, conversation=talk, message_id=message_id, text=text),
        )

    def take_back(self, peer_cid: Cid, message_id: str) -> None:
        talk = self._talk_with(peer_cid)
        self._ask(
            f"take {message_id[:6]} back",
            lambda rid: DeleteMessages(
                request_id=rid, cid=self.cid, conversation=talk, message_ids=[message_id], everywhere=True
            ),
        )

    def react(self, peer_cid: Cid, message: MessageView, emojis: tuple[str, ...]) -> None:
        talk, author = self._talk_with(peer_cid), message.author
        assert author is not None
        self._ask(
            f"react to {message.id[:6]}",
            lambda rid: ReactToMessage(
                request_id=rid,
                cid=self.cid,
                conversation=talk,
                author=author,
                message_id=message.id,
                emojis=list(emojis),
            ),
        )

    def pin(self, peer_cid: Cid, message: MessageView, pinned: bool) -> None:
        talk, author = self._talk_with(peer_cid), message.author
        assert author is not None
        self._ask(
            f"{'pin' if pinned else 'let go of'} {message.id[:6]}",
            lambda rid: PinMessage(
                request_id=rid, cid=self.cid, conversation=talk, author=author, message_id=message.id, pinned=pinned
            ),
        )

    def rename(self, full_name: str) -> None:
        self._ask(f"be {full_name}", lambda rid: ext.SetSettings(request_id=rid, cid=self.cid, full_name=full_name))

    def say_status(self, text: str) -> None:
        self._ask("say how they are", lambda rid: SetStatus(request_id=rid, cid=self.cid, text=text))

    def show(self, picture: bytes) -> None:
        encoded = b64encode(picture).decode()
        self._ask("show a face", lambda rid: SetPicture(request_id=rid, cid=self.cid, picture=encoded))

    def _talk_with(self, peer_cid: Cid) -> str:
        account = self.account
        assert account is not None, "only who is signed in says something"
        return account.conversation_with(peer_cid).hex()

    def look(self, peer_cid: Cid, *, share: float) -> None:
        account = self.account
        peer = None if account is None else account.peer_view(peer_cid)
        if account is None or peer is None:
            return
        messages = self.timeline(account, peer_cid)
        painted = self.painted(messages, share)
        up_to = max((message.arrival for message in messages), default=0)
        self._ask(
            f"read {share:.0%} of what {peer_cid % 1000} wrote",
            lambda rid: ext.MarkRead(
                request_id=rid, cid=self.cid, conversation=peer.conversation, painted=painted, seen_up_to=up_to
            ),
        )

    def ask(self, peer_cid: Cid) -> None:
        self._ask(
            f"ask {peer_cid % 1000}",
            lambda rid: ask.PeerRegister(
                request_id=rid,
                cid=self.cid,
                peer_cid=peer_cid,
                session_security_settings=DEFAULT_SETTINGS,
                connect_after_register=self.chance.random() < 0.5,
            ),
        )

    def answer(self, peer_cid: Cid, *, accept: bool) -> None:
        self._ask(
            f"{'accept' if accept else 'decline'} {peer_cid % 1000}",
            lambda rid: ask.PeerRegisterRespond(request_id=rid, cid=self.cid, peer_cid=peer_cid, accept=accept),
        )

    def connect(self, peer_cid: Cid) -> None:
        self._ask(
            f"connect to {peer_cid % 1000}",
            lambda rid: ask.PeerConnect(
                request_id=rid,
                cid=self.cid,
                peer_cid=peer_cid,
                udp_mode=self.udp_mode,
                session_security_settings=DEFAULT_SETTINGS,
            ),
        )

    def answer_connect(self, peer_cid: Cid, *, accept: bool) -> None:
        self._ask(
            f"{'let in' if accept else 'turn away'} {peer_cid % 1000}",
            lambda rid: ask.PeerConnectAccept(
                request_id=rid,
                cid=self.cid,
                peer_cid=peer_cid,
                accept=accept,
                udp_mode=self.udp_mode,
                session_security_settings=DEFAULT_SETTINGS,
            ),
        )

    def disconnect(self, peer_cid: Cid) -> None:
        self._ask(
            f"disconnect {peer_cid % 1000}",
            lambda rid: ask.PeerDisconnect(request_id=rid, cid=self.cid, peer_cid=peer_cid),
        )

    def block(self, peer_cid: Cid, *, blocked: bool) -> None:
        self.has_blocked.add(peer_cid)
        kind = ext.BlockPeer if blocked else ext.UnblockPeer
        self._ask(
            f"{'block' if blocked else 'unblock'} {peer_cid % 1000}",
            lambda rid: kind(request_id=rid, cid=self.cid, peer=peer_cid),
        )

    def type_something(self, peer_cid: Cid) -> None:
        talk = self._talk_with(peer_cid)
        self._ask(
            f"type to {peer_cid % 1000}",
            lambda rid: ext.SetTyping(request_id=rid, cid=self.cid, conversation=talk, typing=True),
        )

    def choose(self, setting: Setting, value: bool) -> None:
        self._ask(
            f"set {setting} to {value}",
            lambda rid: structs.replace(ext.SetSettings(request_id=rid, cid=self.cid), **{setting: value}),
        )

    def look_around(self) -> None:
        self._ask("see who is here", lambda rid: ext.ListDirectory(request_id=rid, cid=self.cid))

    def _ask(self, what: str, request: Callable[[Uuid], ClientRequest], heard: Heard = lambda _: None) -> None:
        if not self.machine.running:
            return
        rid = self._new_id()
        self.machine.tell(f"{self.name} wants to {what}")
        self._heard[rid] = heard
        self.machine.feed(events.RequestArrived(self._socket, decode_request(encode_request(request(rid)))))

    def _new_id(self) -> Uuid:
        return Uuid(str(uuid.UUID(bytes=self.chance.randbytes(16))))


def _reason_of(response: ClientResponse) -> views.Reason:
    reason = getattr(response, "reason", None)
    if isinstance(reason, views.Reason):
        return reason
    return views.Reason(code=type(response).__name__, acts="retry")


def _id_of(conversation: str) -> ConversationId:
    return ConversationId(bytes.fromhex(conversation))
