"""Files that start Casemate with the computer: what is in them, whose they are, and what is said of them."""

import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from casemate.runtime.autostart import CannotAutostart, desktop_entry, look, turn_off, turn_on, user_unit, written
from casemate.runtime.autostart.started import keep_started, last_started

ODD = [
    "with space",
    "100%",
    "%h",
    "$HOME ${HOME}",
    'say "it"',
    "it's",
    "back\\slash",
    "`id`",
    "a;b & c",
    "ünï",
    "#x",
    "=",
]
PROGRAM = shutil.which("true") or "/bin/true"
COMMAND = [PROGRAM, "up", "--data-dir", "/d/one", "--no-browser"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desktop, and no systemd of one's own."""
    for name in ("XDG_RUNTIME_DIR", "WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture
def refusing_manager(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A socket where a user manager would be, at which nobody answers."""
    (home / "systemd").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(home / "systemd")  # the path may be too long for a socket
        listening.bind("private")
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))
        yield


def entry_words(text: str) -> list[str]:
    """As the specification of desktop entries reads a command line: the value first, then quotes, then field codes."""
    [value] = [line.removeprefix("Exec=") for line in text.splitlines() if line.startswith("Exec=")]
    line = iter(value.replace("\\\\", "\0").replace("\0", "\\"))
    words: list[str] = []
    for sign in line:
        if sign != '"':
            assert sign == " "
            continue
        words.append("")
        while (inside := next(line)) != '"':
            words[-1] += next(line) if inside == "\\" else inside
    assert all(word.replace("%%", "").count("%") == 0 for word in words)
    return [word.replace("%%", "%") for word in words]


def test_an_entry_says_every_word_as_it_is(tmp_path: Path) -> None:
    command = ["/odd %$`\"\\' path/casemate", *ODD]
    text = desktop_entry.text(command)
    assert entry_words(text) == command
    if (validate := shutil.which("desktop-file-validate")) is not None:
        file = tmp_path / "casemate.desktop"
        file.write_text(desktop_entry.text([PROGRAM, *ODD]))
        assert subprocess.run([validate, file], check=False, capture_output=True, text=True).stdout == ""


def test_systemd_finds_nothing_wrong_with_a_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if (analyze := shutil.which("systemd-analyze")) is None:
        pytest.skip("needs systemd-analyze")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    program = tmp_path / "odd %h $HOME path" / "casemate"
    program.parent.mkdir()
    program.symlink_to(PROGRAM)
    unit = tmp_path / "casemate.service"
    unit.write_text(user_unit.text([str(program), *ODD]))
    done = subprocess.run([analyze, "--user", "verify", unit], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("word", ["two\nlines", "a\rb", "\0", "\x1b[2J", "\udcff"])
def test_what_a_line_cannot_hold_is_refused(word: str) -> None:
    with pytest.raises(CannotAutostart) as refused:
        turn_on([PROGRAM, "up", "--data-dir", word])
    assert refused.value.code == "autostart_path"
    assert look().file is None


def test_on_is_on_until_it_is_off(home: Path) -> None:
    assert look().file is None
    found = turn_on(COMMAND)
    assert found == look()
    assert found.file == home / "config" / "autostart" / "casemate.desktop"
    assert list(found.command) == COMMAND
    assert stat.S_IMODE(found.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(found.file.parent.stat().st_mode) == 0o700
    assert turn_on(COMMAND) == found, "again is fine"
    turn_off()
    turn_off()
    assert look().file is None
    assert list((home / "config" / "autostart").iterdir()) == []


def test_a_relative_config_home_counts_for_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "config")
    assert turn_on(COMMAND).file == home / ".config" / "autostart" / "casemate.desktop"


@pytest.mark.parametrize("how", ["somebody else's", "changed by hand", "a link"])
def test_what_is_not_ours_is_never_touched(home: Path, how: str) -> None:
    file = home / "config" / "autostart" / "casemate.desktop"
    if how == "changed by hand":
        turn_on(COMMAND)
        file.write_text(file.read_text().replace("Terminal=false", "Hidden=true"))
    else:
        file.parent.mkdir(parents=True)
        (home / "mine").write_text("[Desktop Entry]\n")
        file.symlink_to(home / "mine") if how == "a link" else file.write_text("[Desktop Entry]\n")
    before = file.read_text()
    for act in (look, lambda: turn_on(COMMAND), turn_off):
        with pytest.raises(CannotAutostart) as refused:
            act()
        assert (refused.value.code, refused.value.params) == ("autostart_not_ours", {"file": str(file)})
    assert file.read_text() == before
    assert file.is_symlink() == (how == "a link")


def test_it_is_said_that_the_program_is_gone(tmp_path: Path) -> None:
    program = tmp_path / "casemate"
    program.symlink_to(PROGRAM)
    command = [str(program), *COMMAND[1:]]
    assert turn_on(command).is_for(command)
    program.unlink()
    found = look()
    assert found.file is not None
    assert not found.is_there
    assert not found.is_for(command)


def test_another_directory_is_another_casemate_and_other_options_are_not() -> None:
    found = turn_on(COMMAND)
    assert found.is_for([*COMMAND, "--listen", "127.0.0.1:7"])
    assert not found.is_for([word.replace("one", "two") for word in COMMAND])


def test_where_nothing_starts_programs_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY")
    for act in (look, lambda: turn_on(COMMAND)):
        with pytest.raises(CannotAutostart) as refused:
            act()
        assert refused.value.code == "autostart_nothing"
    turn_off()


def test_what_was_turned_on_is_known_and_turned_off_without_a_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    found = turn_on(COMMAND)
    monkeypatch.delenv("DISPLAY")
    assert look() == found
    turn_off()
    with pytest.raises(CannotAutostart):
        look()


def test_a_program_in_a_cache_is_not_started_with_the_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.prefix", str(tmp_path / ".cache" / "uv" / "archive-v0" / "x"))
    with pytest.raises(CannotAutostart) as refused:
        turn_on(COMMAND)
    assert refused.value.code == "autostart_fetched"


@pytest.mark.usefixtures("refusing_manager")
def test_a_manager_that_does_not_take_it_leaves_nothing_behind(home: Path) -> None:
    if shutil.which("systemctl") is None:
        pytest.skip("needs systemctl")
    with pytest.raises(CannotAutostart) as refused:
        turn_on(COMMAND)
    assert refused.value.code == "autostart_failed"
    assert refused.value.params["detail"]
    assert [path for path in (home / "config").rglob("*") if not path.is_dir()] == []


@pytest.mark.usefixtures("refusing_manager")
def test_a_manager_that_does_not_take_it_leaves_what_was_there() -> None:
    if shutil.which("systemctl") is None:
        pytest.skip("needs systemctl")
    unit = user_unit.file()
    written.write(unit, COMMAND, user_unit.text(COMMAND))
    link = unit.parent / "default.target.wants" / unit.name
    link.parent.mkdir()
    link.symlink_to(unit)
    before = look()
    assert list(before.command) == COMMAND
    with pytest.raises(CannotAutostart):
        turn_on([*COMMAND, "--listen", "127.0.0.1:7"])
    assert look() == before


@pytest.mark.usefixtures("refusing_manager")
@pytest.mark.parametrize("sign", ["'", '"', "\\"])
def test_a_program_that_systemd_would_refuse_is_refused_before(sign: str) -> None:
    with pytest.raises(CannotAutostart) as refused:
        user_unit.write([f"/odd {sign} path/casemate", "up"])
    assert refused.value.code == "autostart_path"


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'["server"]', b"[", b"null", b"\xff"])
def test_what_was_started_is_remembered_or_not_known(tmp_path: Path, content: bytes) -> None:
    assert last_started(tmp_path) is None
    keep_started(tmp_path, COMMAND[1:])
    assert last_started(tmp_path) == COMMAND[1:]
    (tmp_path / "started-as.json").write_bytes(content)
    assert last_started(tmp_path) is None
