"""What each program loads to start: every library that is not there is memory and time that nobody pays for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.deployment import deployment_in
from tests.support.processes import ServiceProcess

TELLING: tuple[str, ...] = (sys.executable, "-X", "importtime", "-m", "casemate")
_LOADED = re.compile(r"^import time:\s*\d+ \|\s*\d+ \|\s*(\S+)$", re.MULTILINE)


def loaded_by(process: ServiceProcess) -> set[str]:
    """Of a start on data that is there already."""
    process.start()
    process.terminate()
    process.launch(TELLING)
    process.wait_ready()
    found = set(_LOADED.findall(process.stderr.read_text()))
    process.terminate()
    return found


def run_python(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", ["server", "internal service"])
def test_a_service_loads_nothing_that_it_does_not_use(tmp_path: Path, name: str) -> None:
    with deployment_in(tmp_path) as deployment:
        loaded = loaded_by(deployment.server if name == "server" else deployment.service())
    assert {"structlog", "aiohttp", "cyclopts"} <= loaded, "what is asked here says something"
    assert not loaded & {"rich.console", "pygments", "cryptography.x509", "keyring", "casemate.cli.up"}
    if name == "server":
        assert not loaded & {"zeroconf", "importlib.metadata"}


def test_up_and_open_load_no_service() -> None:
    loaded = set(run_python("import sys; import casemate.cli.up, casemate.cli.open; print(*sys.modules)").split())
    assert not loaded & {"aiohttp", "structlog", "rich", "cryptography.x509", "uvloop", "apsw"}


def test_no_authorities_are_read_for_a_client_that_nobody_asked_for() -> None:
    """And whoever asks for them afterwards gets them."""
    program = (
        "import ssl\n"
        "from casemate.runtime.lean_imports import aiohttp_alone\n"
        "loading = 'load_default_certs', 'set_default_verify_paths'\n"
        "before = [getattr(ssl.SSLContext, name) for name in loading]\n"
        "aiohttp_alone()\n"
        "assert [getattr(ssl.SSLContext, name) for name in loading] == before\n"
        "from aiohttp import connector\n"
        "strict, lax = connector._SSL_CONTEXT_VERIFIED, connector._SSL_CONTEXT_UNVERIFIED\n"
        "print(strict.check_hostname, strict.verify_mode == ssl.CERT_REQUIRED)\n"
        "print(*(sum(context.cert_store_stats().values()) for context in (strict, lax)))\n"
    )
    assert run_python(program).split() == ["True", "True", "0", "0"]
