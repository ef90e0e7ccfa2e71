"""What is packed for other computers: the program with its UI, all of it and nothing else; and no packing without."""

import os
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.checkout import BUILT_UI, tracked_files
from tests.support.installed import Bare, Failed, Packed, build, copy_tree

PROGRAM = "src/casemate/"


@pytest.fixture
def tree(bare: Bare, tmp_path: Path) -> Path:
    """Of a test that breaks it."""
    copy_tree(tmp_path / "tree")
    return tmp_path / "tree"


def test_a_source_archive_holds_what_git_has_and_the_ui(packed: Packed) -> None:
    with tarfile.open(packed.sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert held == {*tracked_files(), *built_ui(packed.tree), "PKG-INFO"}


def test_a_wheel_holds_the_program_with_its_ui_and_no_tests(packed: Packed) -> None:
    program = {name for name in tracked_files() if name.startswith(PROGRAM) and "/tests/" not in name}
    program.remove(f"{PROGRAM}crypto/testing.py")
    with zipfile.ZipFile(packed.wheel) as wheel:
        held = set(wheel.namelist())
    described = {name for name in held if ".dist-info/" in name}
    assert held - described == {name.removeprefix("src/") for name in {*program, *built_ui(packed.tree)}}
    assert {name.partition("/")[2] for name in described} == {
        *("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
    }


def test_packing_again_gives_the_same_bytes(bare: Bare, packed: Packed, tree: Path, tmp_path: Path) -> None:
    """At another time, of files that only their owner may read; a wheel from the tree is the one from the archive."""
    for file in (file for file in tree.rglob("*") if file.is_file() and not file.is_relative_to(tree / BUILT_UI)):
        os.utime(file, (1, 1))
        file.chmod(0o600 | file.stat().st_mode & 0o100)
    for target, first in (("sdist", packed.sdist), ("wheel", packed.wheel)):
        assert build(bare, tree, target, tmp_path / "dist").read_bytes() == first.read_bytes(), target


@pytest.mark.parametrize("target", ["sdist", "wheel"])
def test_nothing_is_packed_without_the_ui(bare: Bare, tree: Path, tmp_path: Path, target: str) -> None:
    (tree / BUILT_UI / "index.html").unlink()
    with pytest.raises(Failed) as failed:
        build(bare, tree, target, tmp_path / "dist")
    assert (
        str(failed.value) == "Casemate's UI is not built, and nothing is packed without it: run 'make setup' first.\n"
    )
    assert not list(tmp_path.glob("dist/*"))


def a_changed_source(tree: Path) -> Path:
    return tree / "web" / "src" / "main.tsx"


def a_new_source(tree: Path) -> Path:
    new = tree / "web" / "src" / "features" / "new.ts"
    new.touch()
    return new


def a_newer_library(tree: Path) -> Path:
    return tree / "web" / "package-lock.json"


@pytest.mark.parametrize("source", [a_changed_source, a_new_source, a_newer_library])
def test_nor_with_one_that_is_older_than_its_sources(
    bare: Bare, tree: Path, tmp_path: Path, source: Callable[[Path], Path]
) -> None:
    make_newer(source(tree), tree)
    with pytest.raises(Failed) as failed:
        build(bare, tree, "sdist", tmp_path / "dist")
    assert str(failed.value) == "Casemate's UI is older than its sources in web/: run 'make setup' first.\n"


def test_a_test_of_the_ui_may_be_newer(bare: Bare, tree: Path, tmp_path: Path) -> None:
    make_newer(tree / "web" / "src" / "app" / "tokens.test.ts", tree)
    assert build(bare, tree, "sdist", tmp_path / "dist").is_file()


def test_an_editable_install_comes_before_the_ui(bare: Bare, tree: Path, tmp_path: Path) -> None:
    """`make setup` does it in this order."""
    (tree / BUILT_UI / "index.html").unlink()
    hook = "import sys; from hatchling.build import build_editable; build_editable(sys.argv[1])"
    (tmp_path / "dist").mkdir()
    bare.run(sys.executable, "-c", hook, tmp_path / "dist", directory=tree)
    assert list(tmp_path.glob("dist/*.whl"))


def built_ui(tree: Path) -> set[str]:
    built = {str(file.relative_to(tree)) for file in (tree / BUILT_UI).rglob("*") if file.is_file()}
    assert f"{BUILT_UI}/index.html" in built
    return built


def make_newer(source: Path, tree: Path) -> None:
    later = (tree / BUILT_UI / "index.html").stat().st_mtime_ns + 1_000_000
    os.utime(source, ns=(later, later))
