"""A whole deployment of real processes in one temporary directory: a server and internal services by name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.client import ApiClient
from tests.support.processes import ServiceProcess, sampled, shifted_clock
from tests.support.view import View


class InternalServiceProcess(ServiceProcess):
    """An internal service whose token file lets programs in."""

    @property
    def token(self) -> str:
        return (self.data_dir / "token").read_text().strip()

    @property
    def web_url(self) -> str:
        return f"http://{self.address}/"

    @property
    def socket_url(self) -> str:
        return f"ws://{self.address}/"

    async def plain_client(self) -> ApiClient:
        """A socket that speaks the Citadel API only."""
        return await ApiClient.open(self.socket_url, self.token)

    async def view(self) -> View:
        """A socket that said Hello."""
        return await View.open_view(self.socket_url, self.token)


class Deployment:
    """Processes are started by their owner's call; whatever still runs is killed at the end."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.server = ServiceProcess(["server"], directory / "server", directory / "logs" / "server")
        self.services: dict[str, InternalServiceProcess] = {}

    def service(self, name: str = "service") -> InternalServiceProcess:
        """The internal service of that name, made (but not started) when it is asked for first."""
        if name not in self.services:
            command = ["internal-service"]
            self.services[name] = InternalServiceProcess(command, self.directory / name, self.directory / "logs" / name)
        return self.services[name]

    def start(
        self, *service_names: str, clock_shift_seconds: float = 0.0, sampled_to: Mapping[str, Path] | None = None
    ) -> None:
        """The server and these internal services (or the one without a name), side by side."""
        processes = {"server": self.server, **{name: self.service(name) for name in service_names or ("service",)}}
        for name, process in processes.items():
            report = (sampled_to or {}).get(name)
            process.launch(shifted_clock(clock_shift_seconds) if report is None else sampled(report))
        for process in processes.values():
            process.wait_ready()

    def kill_everything(self) -> None:
        for process in (*self.services.values(), self.server):
            process.stop_if_running()

    def tails(self) -> str:
        """The end of every process's output, for failures."""
        named = {"server": self.server, **self.services}
        return "\n".join(f"--- {name}\n{process.tail()}" for name, process in named.items() if process.url)


@contextmanager
def deployment_in(directory: Path) -> Iterator[Deployment]:
    """A deployment that ends with the block; a failure in it shows what the services wrote."""
    deployment = Deployment(directory)
    try:
        yield deployment
    except BaseException as error:
        error.add_note(deployment.tails())
        raise
    finally:
        deployment.kill_everything()
