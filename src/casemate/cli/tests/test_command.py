"""Options of a command: where they are read from, in which order, and what is said of those that make no sense."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from casemate.cli.command import Command, Misused
from casemate.cli.help import help_of
from casemate.cli.options import Address, HiddenSwitch, OnlyOn, PositiveInt, Text, Texts
from casemate.runtime.listen import ListenAddress


def paint(
    *,
    at: Address = ListenAddress("127.0.0.1", 1),  # noqa: B008  (never changed)
    coats: PositiveInt = 2,
    colour_name: Text = "",
    allow: Texts = None,
    primer: bool = True,
    loud: OnlyOn = False,
    from_up: HiddenSwitch = False,
) -> dict[str, Any]:
    """Paint a wall,
    all of it.

    Parameters
    ----------
    coats
        How often, which
        takes time.
    """
    return locals()


PAINT = Command("paint", paint)


def read(
    line: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    table: object = None,
    command: Command = PAINT,
) -> dict[str, Any]:
    """What differs from the defaults."""
    given: Any = command.run(line, environment or {}, {} if table is None else {"paint": table})
    return {name: value for name, value in given.items() if value != paint()[name]}


@pytest.mark.parametrize(
    ("line", "read_as"),
    [
        ("", {}),
        ("--at [::1]:5", {"at": ListenAddress("::1", 5)}),
        ("--coats 3 --coats=4", {"coats": 4}),
        ("--colour-name=a=b", {"colour_name": "a=b"}),
        ("--colour-name -x", {"colour_name": "-x"}),
        ("--allow a --allow b", {"allow": ["a", "b"]}),
        ("--no-primer", {"primer": False}),
        ("--primer=no --loud", {"primer": False, "loud": True}),
        ("--from-up", {"from_up": True}),
    ],
)
def test_the_command_line_is_read(line: str, read_as: dict[str, Any]) -> None:
    assert read(line.split()) == read_as


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--nothing", "Unknown option: --nothing"),
        ("--colour_name x", "Unknown option: --colour_name"),
        ("-l", "What is '-l' for?"),
        ("wall", "What is 'wall' for?"),
        ("--no-loud", "Unknown option: --no-loud"),
        ("--no-primer=yes", "Unknown option: --no-primer"),
        ("--coats", "--coats needs a value"),
        ("--coats --loud", "--coats needs a value"),
        ("--coats x", "--coats: 'x' is not a whole number"),
        ("--coats 0", "--coats: 0 is not above zero"),
        ("--at x", "--at: 'x' is not HOST:PORT"),
        ("--primer=maybe", "--primer: 'maybe' is neither true nor false"),
    ],
)
def test_what_makes_no_sense_on_the_command_line_is_said(line: str, sentence: str) -> None:
    with pytest.raises(Misused, match=sentence.replace("?", r"\?")):
        read(line.split())


def test_what_is_said_on_the_line_wins_over_the_environment_and_that_over_the_file() -> None:
    environment = {"CASEMATE_PAINT_COATS": "4", "CASEMATE_PAINT_ALLOW": "e", "CASEMATE_PAINT_PRIMER": "off"}
    table = {"coats": 5, "colour_name": "red", "allow": ["f", "g"], "loud": True}
    assert read(table=table) == {"coats": 5, "colour_name": "red", "allow": ["f", "g"], "loud": True}
    both = {"coats": 4, "colour_name": "red", "allow": ["e"], "loud": True, "primer": False}
    assert read((), environment, table) == both
    assert read(["--coats", "6", "--allow", "l", "--primer"], environment, table) == {
        "coats": 6, "colour_name": "red", "allow": ["l"], "loud": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (3, "paint in the config file is not a table"),
        ({"coat": 3}, r"coat in \[paint\] of the config file is not an option"),
        ({"coats": [3, 4]}, r"coats in \[paint\] of the config file has one value"),
        ({"coats": 1.5}, r"coats in \[paint\] of the config file: '1.5' is not a whole number"),
        ({"coats": {"a": 1}}, r"coats in \[paint\] of the config file is not a value"),
        ({"primer": 3}, r"primer in \[paint\] of the config file: '3' is neither true nor false"),
    ],
)
def test_what_makes_no_sense_in_the_config_file_is_said(table: object, sentence: str) -> None:
    with pytest.raises(Misused, match=sentence):
        read(table=table)


def test_what_makes_no_sense_in_the_environment_is_said() -> None:
    with pytest.raises(Misused, match="CASEMATE_PAINT_COATS: 'many' is not a whole number"):
        read((), {"CASEMATE_PAINT_COATS": "many"})


def test_a_command_below_another_takes_what_it_knows_from_the_same_table() -> None:
    below = Command("paint twice", paint, "paint")
    assert read(table={"coats": 7, "brush": "wide"}, command=below) == {"coats": 7}
    assert read((), {"CASEMATE_PAINT_COATS": "8"}, command=below) == {"coats": 8}


def test_help_names_each_option_its_variable_and_what_it_is_when_nobody_says_it() -> None:
    shown = help_of(PAINT)
    assert shown.startswith("Usage: casemate paint [OPTIONS]\n\nPaint a wall, all of it.\n\n")
    assert "  --at HOST:PORT\n      [CASEMATE_PAINT_AT; 127.0.0.1:1]\n" in shown
    assert "  --coats NUMBER\n      How often, which takes time. [CASEMATE_PAINT_COATS; 2]\n" in shown
    assert "  --primer, --no-primer\n      [CASEMATE_PAINT_PRIMER]\n" in shown
    assert "  --loud\n" in shown
    assert "from-up" not in shown
