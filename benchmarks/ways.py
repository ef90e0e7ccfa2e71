"""Deployments in which messages travel one certain way: by mailbox, relayed, or direct."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Literal

from benchmarks import network
from tests.support.deployment import Deployment, deployment_in
from tests.support.processes import sampled

Way = Literal["mailbox", "relayed", "direct"]
WAYS: Final[tuple[Way, ...]] = ("mailbox", "relayed", "direct")

_ENVIRONMENT: Final[dict[Way, dict[str, str]]] = {
    "mailbox": {"CASEMATE_INTERNAL_SERVICE_PEER_PATHS": "false"},
    "relayed": {},
    "direct": {},
}
# A limit that guards servers from their users; how fast the relay itself is, is another question.
_UNLIMITED_RELAY: Final = {"CASEMATE_SERVER_RELAY_MEGABYTES_PER_SECOND": "100000"}


def why_not(way: Way) -> str | None:
    """Why this system cannot have such a deployment; None when it can."""
    return network.why_not() if way == "relayed" else None


@contextmanager
def deployment_by(way: Way, *names: str, reports: Mapping[str, Path] | None = None) -> Iterator[Deployment]:
    """A server and internal services with these names (`one` and `two` if there are none), started.

    `reports` are files that say at the end where the process of that name spent its time.
    """
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="casemate-bench-")))
        if way == "relayed":
            stack.enter_context(network.udp_blocked())
        deployment = stack.enter_context(deployment_in(directory))
        processes = {
            "server": deployment.server,
            **{name: deployment.service(name) for name in names or ("one", "two")},
        }
        for name, process in processes.items():
            program = sampled(reports[name]) if reports and name in reports else ()
            process.launch(program, environment={**_ENVIRONMENT[way], **_UNLIMITED_RELAY})
        for process in processes.values():
            process.wait_ready()
        yield deployment
