"""Moments in which things are under way, acted out by the program of `record.py`'s commit."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from casemate.internal_service.core.account.conversation_id import conversation_id
from casemate.protocol.ids import AccountId, SlotId
from casemate.protocol.limits import HOUR_SECONDS, MAILBOX_SECONDS
from casemate.protocol.link import Deliver, Deposit, Deposited, PathOffer, Receipt, Welcome
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from casemate.protocol.peer import Envelopes, PeerFrame
from casemate.runtime.sqlite import Database
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import altering, passed_on
from tests.accounts.neighbours import path_kind
from tests.older.dumps import dump
from tests.older.maker import KEY
from tests.older.saved import SERVER


class Stage:
    """A deployment, and its databases as they were when `take` was called: as SIGKILL leaves all at one moment."""

    def __init__(self, folder: Path, name: str, *, mailbox_seconds: float = MAILBOX_SECONDS) -> None:
        self.world = Deployment(folder, f"before {name}".encode(), mailbox_seconds=mailbox_seconds)
        self.people: dict[str, Person] = {}
        self.taken: dict[str, bytes] = {}
        self.now = self.world.now

    def person(self, name: str) -> Person:
        person = self.people[name] = self.world.person(name)
        return person

    def friends(self) -> tuple[Person, Person]:
        alice, bob = self.person("alice"), self.person("bob")
        self.world.befriend(alice, bob)
        self.world.pass_time(10)
        return alice, bob

    def take(self) -> None:
        """Only the first moment counts."""
        if self.taken:
            return
        self.now = self.world.now
        self.taken[SERVER] = dump(self.world._server_database)
        for name, person in self.people.items():
            if person in self.world.people:
                self.taken[name] = dump(person.store.database)
            else:
                with Database.open(person.path, key=KEY) as database:
                    self.taken[name] = dump(database)

    def take_when_sent(self, person: Person, kind: type[ClientFrame]) -> None:
        """In the moment in which the frame leaves them; nothing arrives anywhere after that."""

        def on_the_way(sender: Person, frame: ClientFrame) -> list[ClientFrame]:
            if sender is person and isinstance(frame, kind) and not self.taken:
                self.take()
            return [] if self.taken else [frame]

        self.world.to_server = on_the_way
        self.world.to_device = lambda reader, frame: [] if self.taken else [frame]

    def take_when_told(self, person: Person, kind: type[ServerFrame]) -> None:
        """In the moment in which the server tells them; they do not hear it."""

        def on_the_way(reader: Person, frame: ServerFrame) -> list[ServerFrame]:
            if reader is person and isinstance(frame, kind):
                self.take()
            return [] if self.taken else [frame]

        self.world.to_device = on_the_way
        self.world.to_server = lambda sender, frame: [] if self.taken else [frame]


def written_while_away(stage: Stage) -> None:
    """Bob is away, then the server, then alice begins again without either; bob writes at home without a link."""
    world = stage.world
    alice, bob = stage.friends()
    world.say(alice, bob, "read by bob")
    world.read(bob, alice)
    world.say(bob, alice, "unread by alice")
    database = world.end(bob)
    world.say(alice, bob, "at the server")
    world.say(alice, bob, "at the server, too")
    world.server_up = False
    world.cut(alice)
    world.say(alice, bob, "sealed")
    world.restart(alice)
    world.say(alice, bob, "not sealed yet")
    world.say(alice, bob, "nor is this")
    world.end(alice)
    world.restart(bob, database=database)
    world.say(bob, alice, "bob, without a link")
    world.read(bob, alice)
    world.end(bob)
    stage.take()


def answers_lost(stage: Stage) -> None:
    """What both wrote has arrived, and neither knows: the server's word is lost for alice, receipts for both."""
    world = stage.world
    alice, bob = stage.friends()
    world.say(alice, bob, "delivered, and known to be")
    world.to_server = lambda person, frame: [] if isinstance(frame, Receipt) else [frame]
    world.to_device = lambda person, frame: [] if person is alice and isinstance(frame, Deposited) else [frame]
    for text in ("one", "two", "three"):
        world.say(alice, bob, f"{text} of alice")
        world.say(bob, alice, f"{text} of bob")
    world.read(bob, alice, "two of alice")
    world.read(alice, bob)
    stage.take()


def killed_while_sending(stage: Stage) -> None:
    """Sealed on alice's disk; the frame has not left."""
    alice, bob = stage.friends()
    stage.world.say(alice, bob, "before")
    stage.take_when_sent(alice, Deposit)
    stage.world.say(alice, bob, "sealed, and gone nowhere")
    stage.world.say(alice, bob, "only in memory: it is not part of the moment")


def killed_at_the_server(stage: Stage) -> None:
    """On the server's disk; neither alice nor bob has heard of it."""
    alice, bob = stage.friends()
    stage.world.say(bob, alice, "before")
    stage.take_when_told(alice, Deposited)
    stage.world.say(alice, bob, "at the server, without alice knowing")


def killed_while_answering(stage: Stage) -> None:
    """On bob's disk; his receipt has not left."""
    alice, bob = stage.friends()
    stage.world.say(bob, alice, "before")
    stage.take_when_sent(bob, Receipt)
    stage.world.say(alice, bob, "arrived, without anybody knowing")


def early(stage: Stage) -> None:
    """The first of four got lost between the server and bob, so three came early."""
    world = stage.world
    alice, bob = stage.friends()
    world.say(alice, bob, "before")
    dropped: list[ServerFrame] = []

    def losing_the_first(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if person is bob and isinstance(frame, Deliver) and not dropped:
            dropped.append(frame)
            return []
        return [frame]

    world.to_device = losing_the_first
    world.to_server = lambda person, frame: [] if person is bob and isinstance(frame, Receipt) else [frame]
    for number in range(4):
        world.say(alice, bob, f"message {number}")
    stage.take()


def connect_asked(stage: Stage) -> None:
    """Alice asks bob, who is away, to connect; carol asks alice to register; dora deleted her account."""
    world = stage.world
    alice, bob = stage.person("alice"), stage.person("bob")
    carol, dora = stage.person("carol"), stage.person("dora")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    world.befriend(alice, dora)
    world.say(dora, alice, "a last word")
    world.read(alice, dora)
    world.do(dora, lambda account, now: account.stop(now))
    world.say(alice, dora, "never arrives")
    world.to_device = lambda person, frame: [] if person is dora and isinstance(frame, Deliver) else [frame]
    world.do(dora, lambda account, now: account.start(now))
    world.do(dora, lambda account, now: account.delete(1, now))
    del stage.people["dora"]
    world.end(bob)
    world.do(alice, lambda account, now: account.connect(bob.cid, b"", "Enabled", now))
    world.do(carol, lambda account, now: account.ask_registration(alice.cid, now))
    stage.take()


def restored(stage: Stage) -> None:
    """Bob's disk was replaced by a backup. He has just begun anew, and alice has not heard of it."""
    _, bob, backup = _bob_lost_some(stage)
    stage.take_when_sent(bob, Deposit)
    stage.world.restart(bob, database=backup)
    stage.world.pass_time(20)


def restored_and_answered(stage: Stage) -> None:
    """The same, and alice gives back what bob had written: that has not left."""
    alice, bob, backup = _bob_lost_some(stage)
    stage.take_when_sent(alice, Deposit)
    stage.world.restart(bob, database=backup)
    stage.world.pass_time(20)


def lost(stage: Stage) -> None:
    """Bob could not open one, and has begun anew: that has not left."""
    alice, bob = stage.friends()
    stage.world.say(alice, bob, "before")
    stage.take_when_sent(bob, Deposit)
    stage.world.to_device = altering(bob)
    stage.world.say(alice, bob, "altered on its way")


def lost_and_told(stage: Stage) -> None:
    """Alice was told so, and has sealed it again: that has not left."""
    alice, bob = stage.friends()
    world = stage.world
    world.say(alice, bob, "before")
    world.to_device = altering(bob)
    world.to_server = lambda person, frame: [] if person is bob and isinstance(frame, Receipt) else [frame]
    world.say(alice, bob, "altered on its way")
    world.to_device = passed_on
    stage.take_when_sent(alice, Deposit)
    world.cut(bob)
    world.pass_time(60)


def late(stage: Stage) -> None:
    """Bob has read the second; the first, which he could not open, alice has sealed again: that has not left."""
    alice, bob = stage.friends()
    world = stage.world
    world.say(bob, alice, "before")
    world.read(alice, bob)
    world.to_device = altering(bob)
    world.to_server = lambda person, frame: [] if person is bob else [frame]
    world.say(alice, bob, "altered on its way")
    world.to_device = lambda person, frame: [] if person is alice else [frame]
    world.say(alice, bob, "read before the first")
    world.read(bob, alice)
    stage.take_when_sent(alice, Deposit)
    world.cut(bob)
    world.pass_time(60)


def many_starts(stage: Stage) -> None:
    """More starts than are remembered gave out alice's numbers; the last of them wrote when nobody was there."""
    world = stage.world
    alice, bob = stage.friends()
    for start in range(20):
        if start == 14:
            world.end(bob)
        if start == 17:
            world.server_up = False
            world.cut(alice)
        world.restart(alice)
        world.say(alice, bob, f"of start {start}")
    stage.take()


def on_a_path(stage: Stage) -> None:
    """What arrived by a path of their own the server was not told yet; one more has just left on it."""
    world = stage.world
    offer = PathOffer("", 12350, b"", [])
    world.peers.is_on = True
    world.to_device = lambda person, frame: [
        msgspec.structs.replace(frame, paths=offer) if isinstance(frame, Welcome) else frame
    ]
    alice, bob = stage.friends()
    assert path_kind(world, alice, bob) == "direct"
    for number in range(3):
        world.say(alice, bob, f"alice by the path {number}")
        world.say(bob, alice, f"bob by the path {number}")

    def on_the_way(account_id: AccountId, frame: PeerFrame) -> list[PeerFrame]:
        if isinstance(frame, Envelopes):
            stage.take()
        return []

    world.peers.on_the_way = on_the_way
    world.say(alice, bob, "has just left")


def blocked(stage: Stage) -> None:
    """Bob blocks alice, who goes on writing."""
    world = stage.world
    alice, bob = stage.friends()
    world.say(alice, bob, "before")
    world.say(bob, alice, "before, too")
    world.do(bob, lambda account, now: account.block(alice.cid, True, 1, now))
    world.say(alice, bob, "held back")
    world.pass_time(20)
    world.say(alice, bob, "held back, too")
    world.pass_time(20)
    stage.take()


def expired(stage: Stage) -> None:
    """Bob did not come for what the server kept as long as it keeps anything."""
    world = stage.world
    alice, bob = stage.friends()
    world.say(alice, bob, "before")
    world.end(bob)
    world.say(alice, bob, "kept for an hour")
    world.say(alice, bob, "that, too")
    world.pass_time(2 * HOUR_SECONDS)
    world.say(alice, bob, "kept still")
    stage.take()


def reading(stage: Stage) -> None:
    """Some is read here and there; there are other apps' bytes, lines, a draft, and messages that a client is owed."""
    world = stage.world
    alice, bob = stage.friends()
    for number in range(12):
        world.say(alice, bob, f"alice {number}")
        world.say(bob, alice, f"bob {number}")
    world.read(bob, alice, "alice 0", "alice 3", "alice 4", "alice 7", up_to=0)
    world.read(alice, bob, "bob 1", "bob 5", up_to=0)
    for body in (b"\x00\x01 of another app", b'{"type":"TextMessage","data":{"text":"text of another app"}}'):
        world.do(alice, lambda account, now, body=body: account.send_opaque(bob.cid, body, now))  # type: ignore[misc]
    _disconnect_and_connect_again(stage, alice, bob)
    conversation = conversation_id(alice.account.account_id, bob.account.account_id)
    with alice.store.transaction():
        alice.store.put_draft(conversation, SlotId(world.entropy(16)), "begun and not sent", 3)
        alice.store.put_browser_key(world.entropy(32))
        for number in range(3):
            alice.store.plain_add(bob.cid, b"owed %d" % number)
    stage.take()


def _disconnect_and_connect_again(stage: Stage, alice: Person, bob: Person) -> None:
    world = stage.world
    world.do(alice, lambda account, now: account.disconnect(bob.cid, now))
    world.do(bob, lambda account, now: account.connect(alice.cid, b"", "Enabled", now))
    world.do(alice, lambda account, now: account.answer_connect(bob.cid, True, b"", "Enabled", now))


def _bob_lost_some(stage: Stage) -> tuple[Person, Person, bytes]:
    """Bob's backup, and what both wrote after it."""
    world = stage.world
    alice, bob = stage.friends()
    world.say(alice, bob, "in the backup")
    world.say(bob, alice, "in the backup, too")
    backup = world.copy_of(bob)
    world.pass_time(10)
    world.say(bob, alice, "not in the backup")
    world.say(alice, bob, "not in the backup either")
    world.read(alice, bob)
    return alice, bob, backup


MOMENTS: Final[dict[str, tuple[Callable[[Stage], None], str]]] = {
    "written_while_away": (written_while_away, ""),
    "answers_lost": (answers_lost, ""),
    "killed_while_sending": (killed_while_sending, ""),
    "killed_at_the_server": (killed_at_the_server, ""),
    "killed_while_answering": (killed_while_answering, ""),
    "early": (early, ""),
    "connect_asked": (connect_asked, "accept"),
    "restored": (restored, ""),
    "restored_and_answered": (restored_and_answered, ""),
    "lost": (lost, ""),
    "lost_and_told": (lost_and_told, ""),
    "late": (late, ""),
    "many_starts": (many_starts, ""),
    "on_a_path": (on_a_path, ""),
    "blocked": (blocked, "unblock"),
    "expired": (expired, ""),
    "reading": (reading, ""),
}
"""What is acted out, and what somebody does after all have come back: a key of `run_on.THEN`."""
MAILBOX: Final = {"expired": HOUR_SECONDS}
"""How long the server keeps what nobody comes for, where that is not as usual. Seconds."""
