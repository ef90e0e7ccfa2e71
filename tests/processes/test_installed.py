"""The program as others install it: from a wheel, where there is neither this source tree nor Node nor git."""

import json
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.installed import CHECKOUT, Bare, Installed, Packed
from tests.support.own_network import service_environment
from tests.support.view import View

SECONDS = 60.0
UV = Path(sys.executable).with_name("uv")
VERSION = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["version"]

IMPORT_EVERYTHING = """
import importlib, json, pkgutil, sys
import casemate
names = [module.name for module in pkgutil.walk_packages(casemate.__path__, "casemate.")]
for name in names:
    if not name.endswith(".__main__"):
        importlib.import_module(name)
print(json.dumps(names))
"""


class Up:
    """`casemate up` of an installed program, on ports that the system chose."""

    def __init__(self, installed: Installed, directory: Path) -> None:
        self._directory = directory
        self._out, self._err = directory / "up.out", directory / "up.err"
        listen = ("--listen", "127.0.0.1:0", "--server-listen", "127.0.0.1:0")
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [installed.program, "up", "--no-browser", "--data-dir", directory / "data", *listen],
                cwd=directory,
                env={**installed.bare.variables, **service_environment(), "CASEMATE_INTERNAL_SERVICE_KEYRING": "false"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    def said(self, pattern: str) -> str:
        """Wait until it has written that; the group that the pattern names."""
        deadline = time.monotonic() + SECONDS
        while (found := re.search(pattern, self._out.read_text())) is None:
            assert self.process.poll() is None, self.errors
            assert time.monotonic() < deadline, self.errors
            time.sleep(0.01)
        return found[1]

    @property
    def errors(self) -> str:
        return self._err.read_text()

    @property
    def token(self) -> str:
        return (self._directory / "data" / "internal-service" / "token").read_text().strip()


@pytest.fixture
def up(installed: Installed, tmp_path: Path) -> Iterator[Up]:
    up = Up(installed, tmp_path)
    yield up
    up.process.terminate()
    assert up.process.wait(SECONDS) == 0, up.errors


async def test_its_ui_answers_with_all_its_files(up: Up, packed: Packed) -> None:
    types = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    launch = up.said(r"(http://\S+\?launch=\S+)")
    origin = launch.partition("/?")[0]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(launch) as page:
            assert (page.status, page.content_type) == (200, "text/html")
            named = re.findall(r'(?:src|href)="(/[^"]+)"', await page.text())
        async with browser.get(f"{origin}/shell-worker.js") as worker:
            [listed] = re.findall(r'\["/[^\]]*\]', await worker.text())
        files = {*named, *json.loads(listed), "/shell-worker.js"}
        built = packed.tree / "src/casemate/internal_service/web_dist"
        assert set(named) < files
        assert {file for file in files if not (built / file[1:]).is_file()} == set()
        for file in files:
            async with browser.get(f"{origin}{file}") as answer:
                assert (answer.status, answer.content_type) == (200, types[Path(file).suffix]), file
                assert await answer.read() == (built / file[1:]).read_bytes(), file


async def test_two_people_make_accounts_and_the_first_message_arrives(up: Up) -> None:
    socket_url = up.said(r"http(://\S+)/\?launch=")
    server = up.said(r"The server is (\S+)\.\s")
    async with (
        await View.open_view(f"ws{socket_url}/", up.token) as alice,
        await View.open_view(f"ws{socket_url}/", up.token) as bob,
    ):
        a, b = await alice.register(server, "alice", "Alice"), await bob.register(server, "bob", "Bob")
        await alice.subscribe(a)
        await bob.subscribe(b)
        await alice.make_friends(a, bob, b)
        sent = await alice.send_chat(a, b, "Hello")
        await bob.until_text(b, a, "Hello")
        await alice.until_status(a, sent, "delivered", "read")


def test_it_says_its_version_and_what_it_can_do(installed: Installed, packed: Packed) -> None:
    assert installed.bare.run(installed.program, "--version") == f"casemate {VERSION}\n"
    assert packed.wheel.name.startswith(f"casemate-{VERSION}-")
    assert "internal-service" in installed.bare.run(installed.program, "--help")


def test_every_module_of_it_loads_without_what_tests_need(installed: Installed) -> None:
    loaded = json.loads(installed.bare.run(installed.python, "-c", IMPORT_EVERYTHING))
    assert {"casemate.cli.up", "casemate.server.main", "casemate.internal_service.main"} <= set(loaded)
    assert not [name for name in loaded if ".tests" in name]


def test_it_runs_from_the_wheel_with_uvx(bare: Bare, packed: Packed, wheels: Path) -> None:
    where = {"UV_CACHE_DIR": str(bare.home / "uv"), "UV_PYTHON": sys.executable}
    told = bare.run(
        *(UV, "tool", "run", "--offline", "--no-index", "--find-links", wheels),
        *("--from", packed.wheel, "casemate", "--version"),
        variables=where,
    )
    assert told == f"casemate {VERSION}\n"
