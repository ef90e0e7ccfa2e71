"""What keeps a service from starting is one sentence for the person who started it, and a non-zero exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from casemate.crypto.kdf import hkdf
from casemate.crypto.keys import KEY_BYTES
from casemate.internal_service.adapters.key_store import machine_key
from casemate.internal_service.adapters.service_store import store
from casemate.runtime.entropy import system_entropy
from casemate.runtime.sqlite import Database
from tests.processes.conftest import NewService
from tests.support.processes import DidNotStart, ServiceProcess


def sentence_of(service: ServiceProcess) -> str:
    """Start it, which must fail, and give the one line that it says."""
    with pytest.raises(DidNotStart, match="exit code 1"):
        service.start()
    assert service.stdout.read_text() == ""
    [line] = [line for line in service.stderr.read_text().splitlines() if not line.startswith("{")]
    assert line.startswith("casemate")
    return line


def run(name: str, data_dir: Path, listen: str) -> "subprocess.CompletedProcess[str]":
    """A start that must fail."""
    casemate = str(Path(sys.executable).with_name("casemate"))
    return subprocess.run(
        [casemate, name, "--data-dir", str(data_dir), "--listen", listen], capture_output=True, text=True, timeout=30
    )


def test_a_taken_port_is_named(service: ServiceProcess, name: str, tmp_path: Path) -> None:
    service.start()
    ended = run(name, tmp_path / "another", service.address)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"Cannot listen on {service.address}: Address already in use." in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_directory_that_another_process_uses_is_named(new_service: NewService, name: str) -> None:
    first = new_service(name)
    first.start()
    assert "in use by another process" in sentence_of(new_service(name))


def test_a_directory_that_cannot_be_used_is_named(service: ServiceProcess) -> None:
    service.data_dir.write_text("a file, not a directory")
    assert str(service.data_dir) in sentence_of(service)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_a_directory_without_permission_is_named(tmp_path: Path, name: str) -> None:
    # Root may write everywhere, so the program runs as nobody, in a directory that is root's. What it imports later
    # may lie where nobody cannot read, so that is imported first.
    tmp_path.chmod(0o755)
    program = f"""
import importlib, os, platformdirs, tomllib
from casemate.cli import main
importlib.import_module("casemate.{name.replace("-", "_")}.main")
os.setgid(65534)
os.setuid(65534)
main(["{name}", "--data-dir", {str(tmp_path / "data")!r}, "--listen", "127.0.0.1:0"])
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1, ended.stderr
    assert "cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_of_a_newer_program_is_left_alone(service: ServiceProcess, name: str) -> None:
    service.start()
    service.terminate()
    [path] = service.data_dir.glob("*.db")
    with Database.open(path, key=database_key(service.data_dir) if name == "internal-service" else None) as database:
        database.script("PRAGMA user_version = 9999")
    before = path.read_bytes()
    assert "newer version of Casemate" in sentence_of(service)
    assert path.read_bytes() == before


def database_key(data_dir: Path) -> bytes:
    """The key of an internal service's own database."""
    stored = machine_key(data_dir, system_entropy, use_keyring=False, is_new=False)
    return hkdf(b"", stored.key.secret, store._KEY_LABEL, KEY_BYTES)


def test_a_damaged_database_of_a_server_is_named(new_service: NewService) -> None:
    server = new_service("server")
    server.start()
    server.terminate()
    path = server.data_dir / "server.db"
    path.write_bytes(b"\x17" * 8192)
    assert str(path) in sentence_of(server)


def test_a_damaged_list_of_accounts_is_kept_and_begun_anew(new_service: NewService) -> None:
    service = new_service("internal-service")
    service.start()
    service.terminate()
    path = service.data_dir / "service.db"
    path.write_bytes(damaged := b"\x17" * 8192)
    service.start()
    kept, mark = sorted(service.data_dir.glob("service.db.damaged-*"))
    assert kept.read_bytes() == damaged
    assert mark.name == f"{kept.name}.mark", "what says how far it had come goes with it"
    assert "list of accounts damaged" in service.stderr.read_text()


def test_an_address_that_is_none_is_misuse(tmp_path: Path, name: str) -> None:
    ended = run(name, tmp_path / "data", "nonsense")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "is not HOST:PORT" in ended.stderr
    assert not (tmp_path / "data").exists()
