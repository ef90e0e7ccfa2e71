"""Who is here right now: connections, and the devices proven on them.

With what was pushed to each (`pushes`) this is all that the server keeps in memory; after a start it is empty and
fills as devices connect. Every change can be taken back, so that an event that is undone in the store is undone here
as well.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from casemate.crypto.link_proof import Greeting
from casemate.protocol.ids import AccountId, DeviceId
from casemate.server.core.events import Caller, ConnectionId
from casemate.server.core.pushes import Pushes
from casemate.server.core.rates import LinkRates


@dataclass(frozen=True, slots=True)
class Arrived:
    """Nothing was said yet."""

    caller: Caller


@dataclass(frozen=True, slots=True)
class Greeted:
    """Hellos are exchanged; the device has to prove itself."""

    greeting: Greeting
    caller: Caller


@dataclass(slots=True, eq=False)
class DeviceLink:
    """A device that has proven its key."""

    connection: ConnectionId
    account_id: AccountId
    device_id: DeviceId
    start_counter: int
    start_id: bytes
    rates: LinkRates = field(default_factory=LinkRates)
    pushes: Pushes = field(default_factory=Pushes)


ConnectionState = Arrived | Greeted | DeviceLink


class Links:
    def __init__(self) -> None:
        self._connections: dict[ConnectionId, ConnectionState] = {}
        self._devices: dict[DeviceId, DeviceLink] = {}
        self._accounts: dict[AccountId, dict[DeviceId, DeviceLink]] = {}
        self._undo: list[Callable[[], object]] = []
        self._credits: dict[DeviceLink, int] = {}

    def settle(self) -> None:
        """What was changed so far stays."""
        self._undo.clear()
        self._credits.clear()

    def when_undone(self, undo: Callable[[], object]) -> None:
        """So that something else that the event at hand changed goes back as well."""
        self._undo.append(undo)

    def rewind(self) -> list[DeviceLink]:
        """Take back what was changed since `settle`; links to which everything untaken must be pushed anew.

        What was under way on them is forgotten: a push that comes twice is harmless, one that never comes is not.
        """
        while self._undo:
            self._undo.pop()()
        rewound = [link for link in self._credits if self._connections.get(link.connection) is link]
        for link, credit in self._credits.items():
            link.pushes = Pushes(credit)
        self._credits.clear()
        return rewound

    def state(self, connection: ConnectionId) -> ConnectionState | None:
        """None once the connection has ended here, though its socket may still be closing."""
        return self._connections.get(connection)

    def connections(self) -> list[ConnectionId]:
        return list(self._connections)

    def of_device(self, device_id: DeviceId) -> DeviceLink | None:
        return self._devices.get(device_id)

    def of_account(self, account_id: AccountId) -> Iterator[DeviceLink]:
        yield from self._accounts.get(account_id, {}).values()

    def is_online(self, account_id: AccountId) -> bool:
        return account_id in self._accounts

    def pushes_of(self, link: DeviceLink) -> Pushes:
        """What was pushed on this link, to be changed."""
        self._credits.setdefault(link, link.pushes.credit)
        return link.pushes

    def arrived(self, connection: ConnectionId, caller: Caller) -> None:
        self._set_state(connection, Arrived(caller))

    def greeted(self, connection: ConnectionId, greeted: Greeted) -> None:
        self._set_state(connection, greeted)

    def proven(self, link: DeviceLink) -> None:
        """The device had no other link, or that one has `ended`."""
        self._set_state(link.connection, link)
        self._add(link)
        self._undo.append(lambda: self._remove(link))

    def ended(self, connection: ConnectionId) -> DeviceLink | None:
        """Forget a connection; returns the link that was on it, if a device was proven."""
        state = self._connections.pop(connection, None)
        if state is None:
            return None
        ended = state
        self._undo.append(lambda: self._connections.__setitem__(connection, ended))
        if not isinstance(state, DeviceLink):
            return None
        link = state
        self._remove(link)
        self._undo.append(lambda: self._add(link))
        return link

    def _set_state(self, connection: ConnectionId, state: ConnectionState) -> None:
        before = self._connections.get(connection)
        self._connections[connection] = state
        if before is None:
            self._undo.append(lambda: self._connections.pop(connection))
        else:
            restored = before
            self._undo.append(lambda: self._connections.__setitem__(connection, restored))

    def _add(self, link: DeviceLink) -> None:
        self._devices[link.device_id] = link
        self._accounts.setdefault(link.account_id, {})[link.device_id] = link

    def _remove(self, link: DeviceLink) -> None:
        del self._devices[link.device_id]
        links = self._accounts[link.account_id]
        del links[link.device_id]
        if not links:
            del self._accounts[link.account_id]
