"""The server's relay in a simulated world: it carries packets for whom the core lets through, while it runs."""

from casemate.crypto.keys import Ed25519Public
from casemate.node import Effect
from casemate.server.core.events import (
    RelayAccountChanged,
    RelayEndpointAnswered,
    RelayEndpointAsked,
    RelayPairAnswered,
    RelayPairAsked,
    RelayToken,
)
from tests.sim.machine import Machine

_TOKEN = RelayToken(1)


class Relay:
    """It remembers what the core decided until the core says that less may be allowed."""

    def __init__(self, server: Machine) -> None:
        self._server = server
        self._verdicts: dict[tuple[Ed25519Public, ...], bool] = {}
        server.when_started.append(self._verdicts.clear)

    def perform(self, effect: Effect) -> bool:
        """An effect of the server; False if it is none of ours."""
        if not isinstance(effect, RelayAccountChanged):
            return False
        self._verdicts.clear()
        return True

    def admits(self, key: Ed25519Public) -> bool:
        return self._decided((key,), RelayEndpointAsked(_TOKEN, key))

    def carries(self, sender: Ed25519Public, receiver: Ed25519Public) -> bool:
        return self._decided((sender, receiver), RelayPairAsked(_TOKEN, sender, receiver))

    def _decided(self, keys: tuple[Ed25519Public, ...], question: RelayEndpointAsked | RelayPairAsked) -> bool:
        """No is not remembered: the switch asks again when the next packet comes."""
        if self._verdicts.get(keys):
            return True
        process = self._server.process
        if process is None:
            return False
        for answer in process.core.handle(question, self._server.now()):
            match answer:
                case RelayEndpointAnswered(_, account_id) | RelayPairAnswered(_, account_id):
                    self._verdicts[keys] = account_id is not None
        return self._verdicts[keys]
