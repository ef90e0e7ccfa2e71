"""Connections between the people's own computers."""

from casemate.internal_service.core.path_io import EndpointClosed, OpenEndpoint, PathEffect
from casemate.node import Effect
from tests.sim.machine import Machine


class PeerNetwork:
    def perform(self, machine: Machine, effect: Effect) -> bool:
        """An effect of an internal service; False if it is none of ours."""
        match effect:
            case OpenEndpoint(account_id, generation):
                machine.feed(EndpointClosed(account_id, generation, "off"))
            case PathEffect():
                pass
            case _:
                return False
        return True
