"""The people of a simulated world: what they see, what they want, and what they were promised."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from casemate.internal_service.adapters.account_store import SqliteAccountStore
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import DisplayOrder
from casemate.node import Instant
from casemate.protocol.client.views import MessageView, PeerView, Reason
from casemate.protocol.ids import AccountId, Cid, DeviceId, MessageId
from casemate.protocol.limits import PAINTED_AT_ONCE
from casemate.protocol.link_previews import LinkPreview
from tests.sim.host import AccountHost, Operation, Told, Wish
from tests.sim.machine import Machine
from tests.support.pictures import jpeg

CANARY: Final = "canary-7c1f"
"""Part of every text: it may be found nowhere outside the people's own, opened databases."""
PAGE_ROWS: Final = 200
CHANGED_OF_LAST: Final = 20
"""Messages among which people choose one to change."""
Setting = Literal["relay_only", "lan_discovery", "appear_offline"]
SETTINGS_TO_CHANGE: Final[tuple[Setting, ...]] = ("relay_only", "lan_discovery", "appear_offline")
UdpMode = Literal["Enabled", "Disabled"]
SETTINGS: Final = b'{"security_level":"Standard"}'


Heard = Callable[[Reason | None], None]
"""Called with the refusal, or with None once what was wished for is committed."""


@dataclass
class Accepted:
    """A message that its writer was told is queued: a promise."""

    message_id: MessageId
    writer: Cid
    reader: Cid
    text: str
    at: float


@dataclass
class Person:
    """Somebody at a computer. `machine.process` may be gone at any moment; then nothing is wished for."""

    name: str
    machine: Machine
    chance: random.Random
    cid: Cid = field(default=Cid(0))
    signed_in: bool = True
    device: DeviceId | None = None
    """Which of the account's devices this computer is; None: not known, and there is one only."""
    udp_mode: UdpMode = "Disabled"
    """What they choose for every conversation."""
    accepted: list[Accepted] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    """Of own messages, by id, as last shown."""
    talks: dict[str, Cid] = field(default_factory=dict)
    """With whom, by the id of the conversation, as far as it was shown."""
    told: list[Callable[["Person", Told], None]] = field(default_factory=list)
    """Who looks over the shoulder: the checkers."""
    rolled_back: list[tuple[float, float]] = field(default_factory=list)
    """(when the copy was taken, when it was put back): what happened between is gone here."""
    is_cloned: bool = False
    """A copy of their data directory was started at some time, or this is that copy."""
    has_blocked: set[Cid] = field(default_factory=set)
    """Whom they ever blocked, even for a moment."""
    written: dict[str, str] = field(default_factory=dict)
    """Everything they ever tried to say, by message id."""
    changed: dict[str, list[str | None]] = field(default_factory=dict)
    """What they ever tried to make of it, by message id; None: nothing more."""

    @property
    def account(self) -> Account | None:
        process = self.machine.process
        if process is None:
            return None
        assert isinstance(process.core, AccountHost)
        return process.core.account

    @property
    def store(self) -> AccountStore | None:
        """Their database, while somebody has it open."""
        process = self.machine.process
        if process is None:
            return None
        assert isinstance(process.store, SqliteAccountStore)
        return process.store

    def nudge(self) -> None:
        """Somebody whose account is not open tries again what did not work, or comes back."""

    def wish(self, what: str, operation: Operation, heard: Heard = lambda _: None) -> None:
        if self.machine.running:
            self.machine.tell(f"{self.name} wants to {what}")
            self.machine.feed(Wish(what, operation, heard))

    def sign_in(self) -> None:
        """Until it is done: a service that failed at it comes back to it."""
        self.signed_in = True

        def heard(refused: Reason | None) -> None:
            if refused is not None and self.signed_in:
                self.sign_in()

        self.wish("sign in", lambda account, now: account.start(now), heard)

    def sign_out(self) -> None:
        self.signed_in = False
        self.wish("sign out", lambda account, now: account.stop(now))

    def started(self) -> None:
        """Their computer is up again: a session goes on by itself."""
        if self.signed_in:
            self.sign_in()

    def hear(self, told: Told) -> None:
        self.machine.tell(f"{self.name} sees {described(told)}")
        if isinstance(told.row, PeerView):
            self.talks[told.row.conversation] = told.row.cid
        for listener in self.told:
            listener(self, told)

    # --- wishes

    def write(self, peer_cid: Cid) -> None:
        """Something that says who wrote it and where it belongs, so that a checker can read it."""
        number = len(self.written) + 1
        message_id = MessageId(self.chance.randbytes(16))
        text = f"{CANARY} {self.name} #{number}" + " and so on" * self.chance.choice((0, 0, 3, 40))
        preview = None
        if self.chance.random() < 0.1:
            url = f"https://birds.test/{number}"
            text, preview = f"{text} {url}", LinkPreview(url, f"{CANARY} birds", "Lagoon", "")
        self.written[message_id.hex()] = text

        def heard(refused: Reason | None) -> None:
            if refused is None:
                self.accepted.append(Accepted(message_id, self.cid, peer_cid, text, self.machine.agenda.now))
            else:
                self.machine.tell(f"refused: {refused.code}")

        self.say(peer_cid, number, message_id, text, preview, heard)

    def say(
        self,
        peer_cid: Cid,
        number: int,
        message_id: MessageId,
        text: str,
        preview: LinkPreview | None,
        heard: Heard,
    ) -> None:
        def send(account: Account, now: Instant) -> Outcome:
            return account.send_chat(account.conversation_with(peer_cid), message_id, text, now, preview=preview)

        self.wish(f"say #{number} to {peer_cid % 1000}", send, heard)

    def change_something(self, peer_cid: Cid) -> None:
        """One of the last messages is edited or taken back, if it is theirs, or pinned, or reacted to."""
        account = self.account
        shown = [] if account is None else self.timeline(account, peer_cid)[-CHANGED_OF_LAST:]
        shown = [message for message in shown if message.kind == "chat" and not message.deleted]
        if not shown:
            return
        message = self.chance.choice(shown)
        kind = self.chance.choice(("edit", "edit", "delete", "react", "pin") if message.mine else ("react", "pin"))
        if kind == "pin":
            self.pin(peer_cid, message, self.chance.random() < 0.7)
        elif kind == "react":
            self.react(peer_cid, message, self.chance.choice(((), ("👍",), ("🎂", "👍"))))
        elif kind == "delete":
            self.changed.setdefault(message.id, []).append(None)
            self.take_back(peer_cid, message.id)
        else:
            text = f"{CANARY} {self.name} says it anew" + " and again" * len(self.changed.get(message.id, ()))
            self.changed.setdefault(message.id, []).append(text)
            self.edit(peer_cid, message.id, text)

    def edit(self, peer_cid: Cid, message_id: str, text: str) -> None:
        target = MessageId(bytes.fromhex(message_id))
        self.wish(
            f"edit {message_id[:6]}",
            lambda account, now: account.changing.edit(account.conversation_with(peer_cid), target, text, now),
        )

    def take_back(self, peer_cid: Cid, message_id: str) -> None:
        target = MessageId(bytes.fromhex(message_id))
        self.wish(
            f"take {message_id[:6]} back",
            lambda account, now: account.changing.delete(account.conversation_with(peer_cid), [target], now),
        )

    def react(self, peer_cid: Cid, message: MessageView, emojis: tuple[str, ...]) -> None:
        assert message.author is not None
        target = AccountId(bytes.fromhex(message.author)), MessageId(bytes.fromhex(message.id))
        self.wish(
            f"react to {message.id[:6]}",
            lambda account, now: account.changing.react(account.conversation_with(peer_cid), target, emojis, now),
        )

    def pin(self, peer_cid: Cid, message: MessageView, pinned: bool) -> None:
        assert message.author is not None
        target = AccountId(bytes.fromhex(message.author)), MessageId(bytes.fromhex(message.id))
        self.wish(
            f"{'pin' if pinned else 'let go of'} {message.id[:6]}",
            lambda account, now: account.changing.pin(account.conversation_with(peer_cid), target, pinned, now),
        )

    def share_something(self) -> None:
        """Another name, status or picture, or none of these two any more."""
        new = self.chance.randrange(1_000)
        match self.chance.choice(("name", "status", "status", "picture")):
            case "name":
                self.rename(f"{self.name.title()} the {new}th")
            case "status":
                self.say_status(self.chance.choice(("", f"{CANARY} in mood {new}")))
            case _:
                self.show(self.chance.choice((b"", jpeg(scan=f"{CANARY} {new}".encode()))))

    def rename(self, full_name: str) -> None:
        self.wish(f"be {full_name}", lambda account, now: account.change_full_name(full_name, now))

    def say_status(self, text: str) -> None:
        self.wish("say how they are", lambda account, now: account.sharing.put_status(text, None, now))

    def show(self, picture: bytes) -> None:
        self.wish("show a face", lambda account, now: account.sharing.put_picture(picture, now))

    def read_everything(self, peer_cid: Cid) -> None:
        self.look(peer_cid, share=1.0)

    def look(self, peer_cid: Cid, *, share: float) -> None:
        """Jump to the end, with this share of the messages on the screen for long enough."""

        def read(account: Account, now: Instant) -> Outcome:
            messages = self.timeline(account, peer_cid)
            return account.mark_read(
                account.conversation_with(peer_cid),
                [MessageId(bytes.fromhex(message_id)) for message_id in self.painted(messages, share)],
                max((message.arrival for message in messages), default=0),
                now,
            )

        self.wish(f"read {share:.0%} of what {peer_cid % 1000} wrote", read)

    def painted(self, messages: list[MessageView], share: float) -> list[str]:
        """At most as many as one request may name."""
        theirs = [message.id for message in messages if not message.mine and not message.painted]
        return [message_id for message_id in theirs if self.chance.random() < share][:PAINTED_AT_ONCE]

    def ask(self, peer_cid: Cid) -> None:
        self.wish(f"ask {peer_cid % 1000}", lambda account, now: account.ask_registration(peer_cid, now))

    def answer(self, peer_cid: Cid, *, accept: bool) -> None:
        self.wish(
            f"{'accept' if accept else 'decline'} {peer_cid % 1000}",
            lambda account, now: account.answer_registration(peer_cid, accept, now),
        )

    def connect(self, peer_cid: Cid) -> None:
        self.wish(
            f"connect to {peer_cid % 1000}",
            lambda account, now: account.connect(peer_cid, SETTINGS, self.udp_mode, now),
        )

    def answer_connect(self, peer_cid: Cid, *, accept: bool) -> None:
        self.wish(
            f"{'let in' if accept else 'turn away'} {peer_cid % 1000}",
            lambda account, now: account.answer_connect(peer_cid, accept, SETTINGS, self.udp_mode, now),
        )

    def disconnect(self, peer_cid: Cid) -> None:
        self.wish(f"disconnect {peer_cid % 1000}", lambda account, now: account.disconnect(peer_cid, now))

    def block(self, peer_cid: Cid, *, blocked: bool) -> None:
        self.has_blocked.add(peer_cid)
        self.wish(
            f"{'block' if blocked else 'unblock'} {peer_cid % 1000}",
            lambda account, now: account.block(peer_cid, blocked, 1, now),
        )

    def type_something(self, peer_cid: Cid) -> None:
        self.wish(
            f"type to {peer_cid % 1000}",
            lambda account, now: account.set_typing(account.conversation_with(peer_cid), True, now),
        )

    def choose(self, setting: Setting, value: bool) -> None:
        self.wish(
            f"set {setting} to {value}",
            lambda account, now: account.set_settings(**{setting: value}, token=3, now=now),
        )

    def look_around(self) -> None:
        self.wish("see who is here", lambda account, now: account.list_directory("", "", 50, 2, now))

    # --- what they see

    @staticmethod
    def timeline(account: Account, peer_cid: Cid) -> list[MessageView]:
        """The whole conversation in display order, without the lines about the conversation itself."""
        if account.peer_view(peer_cid) is None:
            return []
        conversation = account.conversation_with(peer_cid)
        messages: list[MessageView] = []
        before: DisplayOrder | None = None
        while True:
            page, has_before, _ = account.timeline(conversation, before, None, None, PAGE_ROWS)
            messages = [*page, *messages]
            if not has_before:
                return [message for message in messages if message.kind in {"chat", "opaque"}]
            first = page[0].order
            device, message = bytes.fromhex(first.device), bytes.fromhex(first.message)
            before = first.counter, DeviceId(device), MessageId(message)


def described(told: Told) -> str:
    """For the story."""
    match told.row:
        case MessageView(mine=True) as row:
            return f"own {row.id[:6]} {row.status} {row.reason.code if row.reason else ''}"
        case MessageView() as row:
            marked = "painted" if row.painted else "seen" if row.seen else "unread"
            return f"{row.id[:6]} in {row.conversation[:6]} {marked}"
        case PeerView() as row:
            return f"{row.username} {row.relation} {row.connection}{' blocked' if row.blocked else ''}"
        case _:
            return type(told.notice).__name__


class Habits:
    """What people do all day: now and then, something, as what they see suggests."""

    def __init__(self, chance: random.Random, *, quarrels: bool, comes_and_goes: bool, fiddles: bool = False) -> None:
        self._chance = chance
        self._quarrels = quarrels
        """They also block, decline and disconnect."""
        self._comes_and_goes = comes_and_goes
        self._fiddles = fiddles
        """They also change their settings."""

    def act(self, person: Person, others: list[Person]) -> None:
        account = person.account
        chance = self._chance
        if person.machine.asleep:
            return
        if account is None:
            if chance.random() < 0.3:
                person.nudge()
            return
        if self._comes_and_goes and chance.random() < (0.06 if person.signed_in else 0.5):
            if person.signed_in:
                person.sign_out()
            else:
                person.sign_in()
            return
        if self._fiddles and chance.random() < 0.04:
            setting = chance.choice(SETTINGS_TO_CHANGE)
            person.choose(setting, chance.random() < 0.5)
            return
        other = chance.choice(others)
        if other.cid == 0:
            return
        peer = account.peer_view(other.cid)
        if self._quarrels and chance.random() < 0.05:
            self._quarrel(person, other.cid, peer)
            return
        match (peer.relation if peer else "none", peer.connection if peer else "none"):
            case ("none" | "declined", _):
                person.ask(other.cid)
            case ("asks_you", _):
                person.answer(other.cid, accept=not self._quarrels or chance.random() < 0.8)
            case ("registered", "none"):
                person.connect(other.cid)
            case ("registered", "asks_you"):
                person.answer_connect(other.cid, accept=not self._quarrels or chance.random() < 0.9)
            case ("registered", "connected"):
                self._talk(person, other.cid)
            case _:
                person.look_around()

    def _talk(self, person: Person, peer_cid: Cid) -> None:
        kind = self._chance.random()
        if kind < 0.65:
            for _ in range(self._chance.choice((1, 1, 1, 2, 5))):
                person.write(peer_cid)
        elif kind < 0.72:
            person.change_something(peer_cid)
        elif kind < 0.75:
            person.share_something()
        elif kind < 0.82:
            person.read_everything(peer_cid)
        elif kind < 0.9:
            person.look(peer_cid, share=self._chance.random())
        else:
            person.type_something(peer_cid)

    def _quarrel(self, person: Person, peer_cid: Cid, peer: PeerView | None) -> None:
        if peer is not None and peer.blocked:
            person.block(peer_cid, blocked=False)
        elif self._chance.random() < 0.5:
            person.block(peer_cid, blocked=True)
        elif peer is not None and peer.connection == "connected":
            person.disconnect(peer_cid)


def make_peace(person: Person, others: list[Person]) -> None:
    """One round of what leads everybody to be connected and to have read everything."""
    account = person.account
    if account is None:
        person.nudge()
        return
    if not person.signed_in:
        person.sign_in()
    if account.appear_offline:
        person.choose("appear_offline", False)
    for other in others:
        peer = account.peer_view(other.cid)
        if peer is None:
            continue
        if peer.blocked:
            person.block(other.cid, blocked=False)
        if peer.relation == "asks_you":
            person.answer(other.cid, accept=True)
        if peer.relation == "registered" and peer.connection == "asks_you":
            person.answer_connect(other.cid, accept=True)
        if peer.relation == "registered" and peer.connection == "none" and person.cid < other.cid:
            person.connect(other.cid)
        person.read_everything(other.cid)


def make_friends(person: Person, others: list[Person]) -> None:
    """Ask whoever is there and was not asked."""
    account = person.account
    if account is None:
        return
    for other in others:
        if other.cid != 0 and person.cid < other.cid and account.peer_view(other.cid) is None:
            person.ask(other.cid)
