"""The command that updates this program, as each way of installing it leaves its traces."""

import json
from importlib import metadata
from pathlib import Path

import msgspec
import pytest

from casemate.runtime import own_update

GIT = {"url": "https://example.org/casemate", "vcs_info": {"vcs": "git", "commit_id": "00"}}


def command(folder: Path, origin: object = None, installer: str = "pip", marker: str = "pyvenv.cfg") -> str:
    info = folder / "casemate-1.0.0.dist-info"
    info.mkdir()
    (info / "INSTALLER").write_text(f"{installer}\n")
    if origin is not None:
        (info / "direct_url.json").write_text(origin if isinstance(origin, str) else json.dumps(origin))
    (folder / marker).touch()
    return own_update._command(metadata.Distribution.at(info), folder)


def from_folder(folder: Path, *, editable: bool) -> object:
    return {"url": folder.as_uri(), "dir_info": {"editable": editable}}


@pytest.mark.parametrize("origin", [None, GIT])
def test_a_tool_of_uv_or_pipx_is_upgraded_by_it(tmp_path: Path, origin: object) -> None:
    for name, marker, told in (
        ("uv", "uv-receipt.toml", "uv tool upgrade casemate"),
        ("pipx", "pipx_metadata.json", "pipx upgrade casemate"),
    ):
        (tmp_path / name).mkdir()
        assert command(tmp_path / name, origin, marker=marker) == told


def test_a_checkout_is_pulled(tmp_path: Path) -> None:
    checkout = tmp_path / "my checkout"
    (checkout / ".git").mkdir(parents=True)
    (checkout / "Makefile").touch()
    told = command(tmp_path, from_folder(checkout, editable=True))
    assert told == f"cd '{checkout}' && git pull && make setup"


@pytest.mark.parametrize(
    ("origin", "installer", "marker"),
    [
        ({"url": "file:///home/a/casemate-1.0.0-py3-none-any.whl", "archive_info": {}}, "uv", "uv-receipt.toml"),
        ({"url": "https://example.org/casemate.whl", "archive_info": {}}, "pipx", "pipx_metadata.json"),
        (GIT, "pip", "pyvenv.cfg"),
        (None, "pip", "pyvenv.cfg"),
        (None, "pip", "of the system"),
        (None, "dpkg", "pyvenv.cfg"),
        ({"url": "file:///nowhere/at/all", "dir_info": {"editable": True}}, "pip", "pyvenv.cfg"),
        ({"url": "file:///nowhere/at/all", "dir_info": {}}, "pip", "pyvenv.cfg"),
    ],
)
def test_nothing_is_said_where_it_could_be_somebody_elses_program(
    tmp_path: Path, origin: object, installer: str, marker: str
) -> None:
    assert command(tmp_path, origin, installer, marker) == ""


def test_what_was_fetched_for_one_run_is_not_upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_update, "is_fetched_for_one_run", lambda: True)
    assert command(tmp_path, marker="uv-receipt.toml") == ""


@pytest.mark.parametrize("broken", ["{", "[]", '{"url": 1}'])
def test_traces_that_cannot_be_read_say_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        command(tmp_path, broken)
    monkeypatch.setattr(metadata, "distribution", lambda name: metadata.Distribution.at(next(tmp_path.glob("*-info"))))
    assert own_update.update_command() == ""
