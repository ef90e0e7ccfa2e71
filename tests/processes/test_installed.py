"""The program as others install it: from a wheel, where there is neither this source tree nor Node nor git."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

import casemate
from tests.support.checkout import BUILT_UI
from tests.support.installed import Bare, Installed, Packed
from tests.support.own_network import service_environment
from tests.support.up import Up
from tests.support.view import View

UV = Path(sys.executable).with_name("uv")
VERSION = casemate.__version__

IMPORT_EVERYTHING = """
import importlib, json, pkgutil, sys
import casemate
names = [module.name for module in pkgutil.walk_packages(casemate.__path__, "casemate.")]
for name in names:
    if not name.endswith(".__main__"):
        importlib.import_module(name)
print(json.dumps(names))
"""


@pytest.fixture
def up(installed: Installed, tmp_path: Path) -> Iterator[Up]:
    """Of the installed program; it ends well after the test."""
    environment = {**installed.bare.variables, **service_environment(), "CASEMATE_INTERNAL_SERVICE_KEYRING": "false"}
    up = Up(tmp_path / "data", program=(str(installed.program), "up"), typed_in=tmp_path, environment=environment)
    try:
        yield up
        up.process.terminate()
        assert up.end() == 0, up.err
    finally:
        up.kill_everything()


async def test_its_ui_answers_with_all_its_files(up: Up, packed: Packed) -> None:
    types = {
        ".html": "text/html",
        ".js": "text/javascript",
        ".css": "text/css",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".webmanifest": "application/manifest+json",
    }
    launch = up.url()
    origin = launch.partition("/?")[0]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(launch) as page:
            assert (page.status, page.content_type) == (200, "text/html")
            named = re.findall(r'(?:src|href)="(/[^"]+)"', await page.text())
        async with browser.get(f"{origin}/shell-worker.js") as worker:
            [listed] = re.findall(r'\["/[^\]]*\]', await worker.text())
        files = {*named, *json.loads(listed), "/shell-worker.js"}
        built = packed.tree / BUILT_UI
        assert set(named) < files
        assert {file for file in files if not (built / file[1:]).is_file()} == set()
        for file in files:
            async with browser.get(f"{origin}{file}") as answer:
                assert (answer.status, answer.content_type) == (200, types[Path(file).suffix]), file
                assert await answer.read() == (built / file[1:]).read_bytes(), file


async def test_two_people_make_accounts_and_the_first_message_arrives(up: Up) -> None:
    socket_url = up.url().partition("?")[0].replace("http:", "ws:")
    server = up.server_address
    async with (
        await View.open_view(socket_url, up.token) as alice,
        await View.open_view(socket_url, up.token) as bob,
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


def uv(bare: Bare, *arguments: str | Path) -> str:
    folders = {"UV_CACHE_DIR": "cache", "UV_TOOL_DIR": "tools", "UV_TOOL_BIN_DIR": "bin"}
    variables = {name: str(bare.home / "uv" / folder) for name, folder in folders.items()}
    return bare.run(UV, "--offline", *arguments, variables=variables | {"UV_PYTHON": sys.executable})


def test_uvx_runs_it_from_the_wheel(bare: Bare, packed: Packed, wheels: Path) -> None:
    libraries = ("--no-index", "--find-links", wheels)
    told = uv(bare, "tool", "run", *libraries, "--from", packed.wheel, "casemate", "--version")
    assert told == f"casemate {VERSION}\n"


def test_uv_tool_install_takes_the_wheel(bare: Bare, packed: Packed, wheels: Path) -> None:
    uv(bare, "tool", "install", "--no-index", "--find-links", wheels, packed.wheel)
    assert bare.run(bare.home / "uv" / "bin" / "casemate", "--version") == f"casemate {VERSION}\n"
