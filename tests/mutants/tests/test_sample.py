"""What is tried follows from the seed, and from nothing else."""

from pathlib import Path

import pytest

from tests.mutants.sample import ACCOUNT, CRYPTO, SERVER, SERVICE, changes, drawn, modules, package_of

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_a_seed_draws_the_same_changes_each_time_and_another_seed_others() -> None:
    paths = modules("crypto/ratchet")
    assert drawn(paths, 1, 10) == drawn(paths, 1, 10) != drawn(paths, 2, 10)


def test_a_place_of_the_code_is_changed_once() -> None:
    every = drawn(modules("crypto/skipped"), 1, 10_000)
    assert len({(change.module_path, change.start_pos) for change in every}) == len(every) > 10


def test_every_package_is_found_and_has_tests() -> None:
    for folder in (CRYPTO, SERVER, ACCOUNT, SERVICE):
        paths = [path for path in modules(folder) if package_of(path).folder == folder]
        assert paths
        assert all(Path(tests).is_dir() for tests in package_of(paths[0]).near)


def test_what_no_behaviour_shows_is_left_alone(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text("@dataclass(frozen=True)\nclass A:\n    x: int = 1\n\nMOST: Final = 7\n")
    assert {change.start_pos[0] for change in changes(code)} == {3}
