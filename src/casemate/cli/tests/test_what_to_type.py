"""What people are told to type."""

from pathlib import Path

import pytest

from casemate.cli import what_to_type
from casemate.cli.what_to_type import open_command, start_command
from casemate.runtime.own_command import own_command


def test_what_is_to_be_typed_names_the_directory_unless_it_is_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = own_command()
    usual = tmp_path / "usual"
    monkeypatch.setattr(what_to_type, "default_data_dir", lambda: usual)
    assert open_command(usual) == open_command(usual / "internal-service") == f"{own} open"
    elsewhere = tmp_path / "with a blank"
    assert open_command(elsewhere) == f"{own} open --data-dir '{elsewhere}'"
    assert start_command(elsewhere / "internal-service") == f"{own} up --data-dir '{elsewhere}'"
    assert start_command(elsewhere, alone=True) == f"{own} internal-service --data-dir '{elsewhere}'"
    assert start_command(usual / "internal-service", alone=True) == f"{own} internal-service"
