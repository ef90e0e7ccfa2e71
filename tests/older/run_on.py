"""Opens a saved deployment in today's program: as it lies there, and as it goes on when its people come back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha3_256
from pathlib import Path
from typing import Any, Final

from casemate.internal_service.adapters.account_store import SqliteAccountStore
from casemate.internal_service.core.account.account import Account
from casemate.protocol.ids import MessageId
from tests.accounts.deployment import Deployment, Person
from tests.older import program
from tests.older.maker import KEY
from tests.older.saved import Saved, Shown, as_json, reopen, unpack

COMING_BACK_SECONDS: Final = 150.0
"""As long as anything rests that is tried again, and more."""


def at_rest(saved: Saved, folder: Path) -> dict[str, Any]:
    """What each sees before anybody is started, what is under way, and in which sessions they seal."""
    before: Shown = {}
    sessions: dict[str, str] = {}
    unpack(saved, folder)
    for name in saved.people:
        store = program.open_store(folder / f"{name}.db", KEY)
        account = program.load(store, name.encode())
        before[name] = _shown(account, store)
        sessions |= _sessions(name, account, store)
        store.close()
    return {"before": before, "under_way": _under_way(before), "sessions": sessions}


@dataclass(frozen=True)
class Outcome:
    """How a deployment is when nothing is under way any more."""

    shown: Shown
    sessions: dict[str, str]
    left: dict[str, int]
    """How many contents are not acknowledged: "alice to bob"."""
    when_read: set[str]
    """What became of all messages, whoever wrote them, when everything was read."""


def run_on(saved: Saved, folder: Path, order: Sequence[str]) -> Outcome:
    """They come back in this order, do what they do then, and write once more."""
    deployment = reopen(saved, folder)
    people = {name: deployment.come_back(name) for name in order}
    deployment.pass_time(COMING_BACK_SECONDS)
    THEN[saved.then](deployment, people)
    deployment.pass_time(COMING_BACK_SECONDS)
    write_once_more(deployment, people)
    outcome = Outcome({}, {}, {}, set())
    for name in saved.people:
        account, store = people[name].account, people[name].store
        outcome.shown[name] = _shown(account, store)
        outcome.sessions.update(_sessions(name, account, store))
        outcome.left.update(_left(name, account, store))
    outcome.when_read.update(_read_everything(deployment, people))
    return outcome


def write_once_more(deployment: Deployment, people: dict[str, Person]) -> None:
    """Each to everybody they are connected with, under ids that follow from who writes to whom."""
    for name, one in sorted(people.items()):
        for other_name, other in sorted(people.items()):
            view = one.account.peer_view(other.cid)
            if view is not None and view.connection == "connected" and not view.blocked:
                _say(deployment, one, other, f"{name} to {other_name}, after all that")
                deployment.pass_time(1)
    deployment.pass_time(COMING_BACK_SECONDS)


def what_stays(shown: Shown) -> Shown:
    """Without what follows from when things were done: times, counters, and the ids of lines written here alone."""
    return {
        person: {other: _what_stays(conversation) for other, conversation in talks.items()}
        for person, talks in shown.items()
    }


def _say(deployment: Deployment, one: Person, other: Person, text: str) -> None:
    message_id = MessageId(sha3_256(text.encode()).digest()[:16])
    deployment.do(
        one, lambda account, now: account.send_chat(account.conversation_with(other.cid), message_id, text, now)
    )


def _shown(account: Account, store: SqliteAccountStore) -> dict[str, dict[str, Any]]:
    """Every conversation, by the username of whom it is with."""
    found = {}
    for cid in program.talk_partners(account):
        peer = account.peer_view(cid)
        assert peer is not None
        found[peer.username] = as_json(program.conversation(account, store, cid))
    return dict(sorted(found.items()))


def _sessions(name: str, account: Account, store: SqliteAccountStore) -> dict[str, str]:
    found = {}
    for peer in sorted(account.peer_views(), key=lambda peer: peer.username):
        session = program.sending_session(store, program.device_of(store, peer.cid))
        if session is not None:
            found[f"{name} to {peer.username}"] = session.session_id.hex()
    return found


def _read_everything(deployment: Deployment, people: dict[str, Person]) -> set[str]:
    pairs = [
        (one, other)
        for one in people.values()
        for other in people.values()
        if one is not other and one.account.peer_view(other.cid) is not None
    ]
    for one, other in pairs:
        deployment.read(one, other)
    deployment.pass_time(1)
    return {status for one, other in pairs for status in deployment.statuses(one, other)}


def _left(name: str, account: Account, store: SqliteAccountStore) -> dict[str, int]:
    found = {}
    for peer in account.registered_peers():
        left = program.under_way(store, program.device_of(store, peer.cid))
        found[f"{name} to {peer.username}"] = len(left.sealed) + len(left.waiting)
    return found


def _under_way(before: Shown) -> dict[str, list[str]]:
    """Of those who are both here."""
    found = {}
    for name, talks in before.items():
        for other, conversation in talks.items():
            if other in before:
                theirs = before[other].get(name, {"lines": []})["lines"]
                there = {line["id"] for line in theirs}
                found[f"{name} to {other}"] = [
                    line["id"] for line in conversation["lines"] if line["mine"] and line["id"] not in there
                ]
    return found


def _what_stays(conversation: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "mine", "kind", "body", "status", "seen", "painted", "late")
    lines = [{name: line[name] for name in kept} for line in conversation["lines"]]
    for line in lines:
        if line["kind"].startswith("note_"):
            del line["id"]
    return {"unread": conversation["unread"], "lines": lines}


def _nothing(deployment: Deployment, people: dict[str, Person]) -> None:
    """All that was to be done is done."""


def _accept(deployment: Deployment, people: dict[str, Person]) -> None:
    """Alice is asked to register by carol, bob is asked to connect by alice: both accept."""
    alice, bob, carol = (people[name] for name in ("alice", "bob", "carol"))
    deployment.do(alice, lambda account, now: account.answer_registration(carol.cid, True, now))
    deployment.do(bob, lambda account, now: account.answer_connect(alice.cid, True, b"", "Enabled", now))


def _unblock(deployment: Deployment, people: dict[str, Person]) -> None:
    """Bob blocks alice no more."""
    alice, bob = people["alice"], people["bob"]
    deployment.do(bob, lambda account, now: account.block(alice.cid, False, 1, now))


THEN: dict[str, Callable[[Deployment, dict[str, Person]], None]] = {
    "": _nothing,
    "accept": _accept,
    "unblock": _unblock,
}
