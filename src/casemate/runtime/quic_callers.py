"""Who calls a QUIC endpoint and has proven nothing yet: addresses are validated, and every network has a share.

The first packet of a call costs its sender nothing, not even an address of its own. So only a few are believed; the
others are asked to come again with what was sent to the address that they name. Where there is no place, the oldest
call makes room: one that is meant seriously is over in a moment.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from casemate.runtime.networks import network_of
from casemate.runtime.quic import Incoming, QuicError, split_address
from casemate.runtime.tasks import let_go

Answer = Callable[[Incoming, str | None], Awaitable[None]]
"""Deals with a call; with the caller's IP:PORT, or None when its packets come through a relay."""

_RELAYED = "relay"


@dataclass(frozen=True, slots=True)
class CallLimits:
    in_all: int
    per_network: int
    believed: int
    """So many whose address nobody has validated."""
    looked_at: int = 1_024
    """So many of whom not even the address is known yet; the others are dropped."""


@dataclass(frozen=True, slots=True)
class _Call:
    network: str
    validated: bool


class Callers:
    def __init__(self, limits: CallLimits, answer: Answer) -> None:
        self._limits = limits
        self._answer = answer
        self._looked_at: set[asyncio.Task[None]] = set()
        self._calls: dict[asyncio.Task[None], _Call] = {}
        """The oldest first."""
        self._by_network: dict[str, dict[asyncio.Task[None], None]] = {}
        self._believed = 0

    def called(self, incoming: Incoming) -> None:
        """Somebody calls. Answered in a task of its own, or not at all."""
        if len(self._looked_at) >= self._limits.looked_at:
            return
        task = asyncio.get_running_loop().create_task(self._look_at(incoming))
        self._looked_at.add(task)
        task.add_done_callback(self._looked_at.discard)
        task.add_done_callback(let_go)

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """All that is under way, to be ended by whoever ends the endpoint."""
        return [*self._looked_at, *self._calls]

    async def _look_at(self, incoming: Incoming) -> None:
        try:
            address = await incoming.address()
            validated = address is None or await incoming.is_validated()
            if not validated and self._believed >= self._limits.believed:
                await incoming.ask_again()
                return
        except QuicError:
            return
        network = _RELAYED if address is None else network_of(str(split_address(address)[0]))
        self._make_room(network)
        task = asyncio.get_running_loop().create_task(self._call(incoming, address))
        self._calls[task] = _Call(network, validated)
        self._by_network.setdefault(network, {})[task] = None
        self._believed += not validated
        task.add_done_callback(self._over)

    async def _call(self, incoming: Incoming, address: str | None) -> None:
        await self._answer(incoming, address)

    def _make_room(self, network: str) -> None:
        of_network = self._by_network.get(network, {})
        if len(of_network) >= self._limits.per_network:
            self._end(next(iter(of_network)))
        elif len(self._calls) >= self._limits.in_all:
            self._end(next(iter(self._calls)))

    def _end(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        self._forget(task)

    def _over(self, task: asyncio.Task[None]) -> None:
        let_go(task)
        self._forget(task)

    def _forget(self, task: asyncio.Task[None]) -> None:
        call = self._calls.pop(task, None)
        if call is None:
            return
        self._believed -= not call.validated
        of_network = self._by_network[call.network]
        del of_network[task]
        if not of_network:
            del self._by_network[call.network]
