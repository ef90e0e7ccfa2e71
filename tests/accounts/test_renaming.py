"""An account's full name is its own to change: signed anew, told to everybody, and a line in each conversation."""

import pytest

from casemate.crypto.names import read_names
from casemate.internal_service.core.ground.notices import DirectoryAnswered
from casemate.internal_service.core.ground.refusals import Refused
from tests.accounts.deployment import Deployment, Person


def rename(world: Deployment, person: Person, full_name: str) -> None:
    world.do(person, lambda account, now: account.change_full_name(full_name, now))


def lines(world: Deployment, one: Person, other: Person) -> list[str | None]:
    return [line.text for line in world.timeline(one, other) if line.kind == "note_names_changed"]


def test_others_see_the_new_name_and_a_line_that_says_so(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    before = world.sees(bob, alice).full_name
    rename(world, alice, "  Alice   Pleasance ")
    view = world.sees(bob, alice)
    assert (view.full_name, view.username, view.names_signed) == ("Alice Pleasance", "alice", True)
    assert not view.identity_changed
    assert lines(world, bob, alice) == [f"{before}\nAlice Pleasance"]
    rename(world, alice, "Alice Pleasance")
    assert len(lines(world, bob, alice)) == 1, "the same name is no news"
    world.restart(alice)
    assert alice.account.full_name == "Alice Pleasance"
    carl = world.person("carl")
    world.befriend(carl, alice)
    assert world.sees(carl, alice).full_name == "Alice Pleasance"


def test_each_change_is_signed_under_the_next_number(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, _ = friends

    def number_at_the_server() -> int:
        held = world._server_store.accounts.account(alice.account.account_id)
        assert held is not None
        return read_names(held.names).number

    first = number_at_the_server()
    for number, name in enumerate(("Alice One", "Alice Two", "Alice Three"), start=first + 1):
        rename(world, alice, name)
        assert number_at_the_server() == number


def test_a_name_that_was_changed_without_the_server_is_told_with_the_next_link(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.server_up = False
    world.cut(alice)
    rename(world, alice, "Alice One")
    rename(world, alice, "Alice Two")
    world.restart(alice)
    world.server_up = True
    world.pass_time(60)
    assert world.sees(bob, alice).full_name == "Alice Two"
    assert len(lines(world, bob, alice)) == 1


@pytest.mark.parametrize(("name", "code"), [("\u200b\u3164", "full_name_invalid"), ("a" * 200, "too_long")])
def test_a_name_that_the_server_may_not_take_is_refused_here(
    world: Deployment, friends: tuple[Person, Person], name: str, code: str
) -> None:
    alice, _ = friends
    before = alice.account.full_name
    with pytest.raises(Refused, match=code):
        rename(world, alice, name)
    assert alice.account.full_name == before


def test_the_directory_says_whose_word_a_name_is(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    carl = world.person("carl")
    world.do(alice, lambda account, now: account.list_directory("", "", 10, 5, now))
    [answer] = alice.heard(DirectoryAnswered)
    assert {row.cid: row.names_signed for row in answer.rows} == {bob.cid: True, carl.cid: False}


def test_what_is_damaged_at_the_server_ends_no_link_and_is_replaced(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    for column, name in (("names", "Alice One"), ("device_list", "Alice Two")):
        world.change_at_the_server(
            f"UPDATE accounts SET {column} = zeroblob(length({column})) WHERE account_id = ?", alice.account.account_id
        )
        world.restart(alice)
        rename(world, alice, name)
        world.pass_time(60)
        assert alice.account.link_view().state == "online", column
        assert world.sees(bob, alice).full_name == name
    carl = world.person("carl")
    world.befriend(carl, alice)
    assert world.sees(carl, alice).full_name == "Alice Two"


def test_a_server_that_was_restored_learns_the_name_again(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, _ = friends
    [before] = world.change_at_the_server(
        "SELECT names, full_name FROM accounts WHERE account_id = ?", alice.account.account_id
    )
    rename(world, alice, "Alice New")
    world.change_at_the_server(
        "UPDATE accounts SET names = ?, full_name = ? WHERE account_id = ?", *before, alice.account.account_id
    )
    world.restart(alice)
    carl = world.person("carl")
    world.do(carl, lambda account, now: account.list_directory("", "", 10, 5, now))
    [answer] = carl.heard(DirectoryAnswered)
    assert "Alice New" in {row.full_name for row in answer.rows}


def test_an_account_that_was_restored_has_the_name_that_everybody_sees(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    older = world.copy_of(alice)
    rename(world, alice, "Alice New")
    world.restart(alice, database=older)
    assert alice.account.full_name == world.sees(bob, alice).full_name == "Alice New"


@pytest.mark.parametrize("attempt", range(4))  # of two documents of one number the smaller hash wins
def test_a_name_that_is_chosen_after_a_restore_wins(
    world: Deployment, friends: tuple[Person, Person], attempt: int
) -> None:
    alice, bob = friends
    older = world.copy_of(alice)
    rename(world, alice, f"Alice {attempt}")
    world.server_up = False
    world.restart(alice, database=older)
    rename(world, alice, "Alice Chosen")
    world.server_up = True
    world.pass_time(60)
    assert alice.account.full_name == world.sees(bob, alice).full_name == "Alice Chosen"


def test_no_name_is_written_through_a_block(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.do(bob, lambda account, now: account.block(alice.cid, True, 1, now))
    rename(world, alice, "read this")
    assert lines(world, bob, alice) == []
    world.do(bob, lambda account, now: account.block(alice.cid, False, 2, now))
    rename(world, alice, "Alice Again")
    assert world.sees(bob, alice).full_name == "Alice Again"
    assert [text and text.rpartition("\n")[2] for text in lines(world, bob, alice)] == ["Alice Again"]
