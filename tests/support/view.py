"""A socket that said Hello, and what it shows: snapshots with the events since folded in."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp

from tests.support.client import ANSWER_SECONDS, Answer, ApiClient, Row, Unexpected


@dataclass
class Account:
    """What a view shows of one account: its snapshot with the events since folded in."""

    cid: int
    position: Row
    account: Row
    peers: dict[int, Row] = field(default_factory=dict)
    conversations: dict[str, Row] = field(default_factory=dict)
    drafts: dict[str, Row] = field(default_factory=dict)
    scheduled: dict[str, Row] = field(default_factory=dict)
    """By slot."""
    messages: dict[str, Row] = field(default_factory=dict)
    """Those that events told of or pages brought, by id."""

    def conversation_with(self, peer_cid: int) -> str:
        """The id of the conversation with a peer."""
        conversation: str = self.peers[peer_cid]["conversation"]
        return conversation

    def conversation(self, peer_cid: int) -> list[Row]:
        """The known messages with a peer, in display order."""
        conversation = self.conversation_with(peer_cid)
        known = [m for m in self.messages.values() if m["conversation"] == conversation]
        return sorted(known, key=lambda m: m["order"])

    def apply(self, event: Row) -> None:
        match event["type"]:
            case "AccountChanged":
                self.account = event["account"]
            case "PeerChanged":
                self.peers[event["peer"]["cid"]] = event["peer"]
            case "PathChanged":
                self.peers[event["peer"]]["path"] = event["path"]
            case "ConversationChanged":
                self.conversations[event["conversation"]["id"]] = event["conversation"]
            case "MessageChanged":
                self.messages[event["message"]["id"]] = event["message"]
            case "MessageRemoved":
                self.messages.pop(event["id"], None)
            case "DraftChanged":
                self.drafts[event["draft"]["slot"]] = event["draft"]
            case "DraftRemoved":
                self.drafts.pop(event["slot"], None)
            case "ScheduledChanged":
                self.scheduled[event["scheduled"]["id"]] = event["scheduled"]
            case "ScheduledRemoved":
                self.scheduled.pop(event["id"], None)
            case "TypingChanged":
                pass
            case other:
                raise Unexpected(f"unknown event {other}")


class View(ApiClient):
    """A socket that said Hello; `accounts` holds those that were subscribed to."""

    def __init__(self, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        super().__init__(http, socket)
        self.accounts: dict[int, Account] = {}
        self.local_accounts: list[Row] = []
        self.storage: Row | None = None
        """Why little or nothing can be kept on its disk."""

    @classmethod
    async def open_view(cls, url: str, token: str, connector: aiohttp.BaseConnector | None = None) -> Self:
        view = await cls.open(url, token, connector)
        accepted = await view.expect("HelloAccepted", "Hello", client="test")
        view.local_accounts, view.storage = accepted["accounts"], accepted["storage"]
        return view

    async def subscribe(self, cid: int) -> Account:
        snapshot = await self.expect("Snapshot", "Subscribe", cid=cid, after=None)
        return self.accounts[snapshot["cid"]]

    async def load_timeline(self, cid: int, peer_cid: int, *, limit: int = 200) -> list[Row]:
        """The whole conversation, page by page, in display order."""
        before: list[Any] | None = None
        while True:
            page = await self.expect(
                "TimelinePage",
                "GetTimeline",
                cid=cid,
                conversation=self.accounts[cid].conversation_with(peer_cid),
                before=before,
                after=None,
                around=None,
                limit=limit,
            )
            if not page["has_before"]:
                return self.accounts[cid].conversation(peer_cid)
            before = page["messages"][0]["order"]

    async def send_chat(self, cid: int, peer_cid: int, text: str) -> str:
        """Answers the message id once it is queued."""
        message_id = secrets.token_hex(16)
        fields = {"conversation": self.accounts[cid].conversation_with(peer_cid), "message_id": message_id}
        queued = await self.expect("MessageQueued", "SendChat", cid=cid, **fields, text=text)
        self.accounts[cid].messages.setdefault(message_id, queued["message"])
        return message_id

    async def until_status(self, cid: int, message_id: str, *statuses: str, seconds: float = ANSWER_SECONDS) -> Row:
        messages = self.accounts[cid].messages
        await self.until(lambda: message_id in messages and messages[message_id]["status"] in statuses, seconds=seconds)
        return messages[message_id]

    async def until_text(self, cid: int, peer_cid: int, text: str, *, seconds: float = ANSWER_SECONDS) -> Row:
        """A message of the conversation with this text."""

        def found() -> Sequence[Row]:
            return [m for m in self.accounts[cid].conversation(peer_cid) if m["text"] == text]

        await self.until(lambda: bool(found()), seconds=seconds)
        return found()[0]

    async def make_friends(self, cid: int, other: "View", other_cid: int, **fields: Any) -> None:
        """From strangers to connected: ask, accept, connect by itself."""
        await self.begin_peer_register(cid, other_cid, connect_after_register=True, **fields)
        await other.until(lambda: _is(other, other_cid, cid, "relation", "asks_you"))
        await other.expect("PeerRegisterSuccess", "PeerRegisterRespond", cid=other_cid, peer_cid=cid, accept=True)
        await self.until(lambda: _is(self, cid, other_cid, "connection", "connected", "asks_you"))
        for view, mine, theirs in ((self, cid, other_cid), (other, other_cid, cid)):
            if _is(view, mine, theirs, "connection", "asks_you"):
                await view.accept_peer_connect(mine, theirs)
            await view.until(lambda v=view, m=mine, t=theirs: _is(v, m, t, "connection", "connected"))  # type: ignore[misc]

    def _take(self, answer: Answer) -> None:
        match answer.name:
            case "Snapshot":
                self.accounts[answer["cid"]] = Account(
                    cid=answer["cid"],
                    position=answer["position"],
                    account=answer["account"],
                    peers={peer["cid"]: peer for peer in answer["peers"]},
                    conversations={row["id"]: row for row in answer["conversations"]},
                    drafts={draft["slot"]: draft for draft in answer["drafts"]},
                    scheduled={
                        each["id"]: each for each in answer.fields.get("scheduled", [])
                    },  # an older program has none
                )
            case "ViewEvents":
                account = self.accounts[answer["cid"]]
                account.position = answer["position"]
                for event in answer["events"]:
                    account.apply(event)
            case "TimelinePage":
                # Here and not where it is waited for: events that came after it are newer.
                for message in answer["messages"]:
                    self.accounts[answer["cid"]].messages[message["id"]] = message
            case "LocalAccountsChanged":
                self.local_accounts, self.storage = answer["accounts"], answer["storage"]
        super()._take(answer)

    def arrived(self, answer: Answer) -> None:
        if answer.name not in {"ViewEvents", "LocalAccountsChanged"}:
            super().arrived(answer)


def _is(view: View, cid: int, peer_cid: int, what: str, *values: str) -> bool:
    peer = view.accounts[cid].peers.get(peer_cid)
    return peer is not None and peer[what] in values
