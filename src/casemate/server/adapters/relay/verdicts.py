"""The relay's and the observer's questions to the core: whose an endpoint key is, and who may reach whom."""

import asyncio
from collections.abc import Callable
from itertools import count

from casemate.crypto.keys import Ed25519Public
from casemate.protocol.ids import AccountId
from casemate.runtime.event_queue import EventQueue
from casemate.server.core.events import (
    RelayEndpointAnswered,
    RelayEndpointAsked,
    RelayPairAnswered,
    RelayPairAsked,
    RelayToken,
)

Then = Callable[[AccountId | None], None]


class Verdicts:
    """On the event loop. `then` is called once the core has decided, in the order in which it decided."""

    def __init__(self) -> None:
        self._tokens = count(1)
        self._events: EventQueue | None = None
        self._waiting: dict[RelayToken, Then] = {}

    def attach(self, events: EventQueue) -> None:
        """Questions go there."""
        self._events = events

    def ask_endpoint(self, key: Ed25519Public, then: Then) -> None:
        """Whose is it? Their number is bounded by that of the connections."""
        token = RelayToken(next(self._tokens))
        self._waiting[token] = then
        assert self._events is not None  # attached before anything is served
        if not self._events.post(RelayEndpointAsked(token, key)):
            self._answer(token, None)

    async def account_of(self, key: Ed25519Public) -> AccountId | None:
        """The same, waited for."""
        found: asyncio.Future[AccountId | None] = asyncio.get_running_loop().create_future()
        self.ask_endpoint(key, lambda account_id: None if found.done() else found.set_result(account_id))
        return await found

    def ask_pair(self, from_key: Ed25519Public, to_key: Ed25519Public, then: Then) -> bool:
        """May they reach each other? False when the core has too much to do."""
        token = RelayToken(next(self._tokens))
        assert self._events is not None  # attached before anything is served
        if not self._events.offer(RelayPairAsked(token, from_key, to_key)):
            return False
        self._waiting[token] = then
        return True

    def answered(self, effect: RelayEndpointAnswered | RelayPairAnswered) -> None:
        match effect:
            case RelayEndpointAnswered(token, account_id) | RelayPairAnswered(token, account_id):
                self._answer(token, account_id)

    def _answer(self, token: RelayToken, account_id: AccountId | None) -> None:
        self._waiting.pop(token)(account_id)
