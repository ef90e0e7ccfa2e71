"""A command is a function: every argument is an option, its annotation says how that is read, the docstring what for.

An option is what the first of these says that names it: the command line (`--server-listen`), the environment
(CASEMATE_UP_SERVER_LISTEN), the config file (`server-listen` or `server_listen` in the table `[up]`), the function.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

ENVIRONMENT_PREFIX: Final = "CASEMATE_"
_WORDS: Final = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


class Misused(Exception):
    """A mistake on the command line, in the environment or in the config file, in one sentence."""


class Kind(NamedTuple):
    """How an option is read, which is said in its annotation: `Annotated[float, Kind(…)]`."""

    read: Callable[[str], Any]
    """Raises `ValueError` with a sentence."""
    placeholder: str
    """What stands for the value in the help."""
    is_repeated: bool = False
    is_switch: bool = False
    """Given without a value."""
    can_be_off: bool = False
    """A switch with `--no-…`."""
    is_hidden: bool = False


def yes_or_no(word: str) -> bool:
    """Of a switch, in the environment or in the config file. Raises `ValueError`."""
    try:
        return _WORDS[word.lower()]
    except KeyError:
        raise ValueError(f"{word!r} is neither true nor false") from None


ON_OR_OFF: Final = Kind(yes_or_no, "", is_switch=True, can_be_off=True)
"""Of whatever is annotated as `bool`, and nothing else."""


class Command:
    """`name` as it is typed; `table` holds its options in the config file, and names their variables."""

    def __init__(self, name: str, function: Callable[..., object], table: str | None = None) -> None:
        self.name = name
        self.function = function
        self.table = table or name
        self.kinds: dict[str, Kind] = {
            parameter.replace("_", "-"): _kind(function.__annotations__[parameter])
            for parameter in function.__kwdefaults__ or {}
        }

    def default(self, option: str) -> object:
        return (self.function.__kwdefaults__ or {})[option.replace("-", "_")]

    def variable(self, option: str) -> str:
        """Which no shell refuses, as it would a name with a hyphen."""
        return ENVIRONMENT_PREFIX + f"{self.table}_{option}".replace("-", "_").upper()

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], file: Mapping[str, Any]) -> object:
        """What the function answers. Raises `Misused`."""
        given = {**self._from_file(file), **self._from_environment(environment), **self._from_line(arguments)}
        return self.function(**{option.replace("-", "_"): value for option, value in given.items()})

    def _from_file(self, file: Mapping[str, Any]) -> dict[str, Any]:
        table = file.get(self.table, {})
        if not isinstance(table, dict):
            raise Misused(f"{self.table} in the config file is not a table.")
        found: dict[str, Any] = {}
        for key, value in table.items():
            option, where = key.replace("_", "-"), f"{key} in [{self.table}] of the config file"
            if option in self.kinds:
                texts = [_text(item, where) for item in (value if isinstance(value, list) else [value])]
                self._note(found, option, texts, where)
            elif self.table == self.name:  # another command that shares a table takes what it knows
                raise Misused(f"{where} is not an option.")
        return found

    def _from_environment(self, environment: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for option in self.kinds:
            variable = self.variable(option)
            if variable in environment:
                self._note(found, option, [environment[variable]], variable)
        return found

    def _from_line(self, arguments: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        rest = iter(arguments)
        for argument in rest:
            if not argument.startswith("--"):
                raise Misused(f"What is {argument!r} for? `casemate {self.name} --help` names the options.")
            typed, has_value, value = argument[2:].partition("=")
            off = typed.removeprefix("no-")
            if typed != off and off in self.kinds and self.kinds[off].can_be_off and not has_value:
                found[off] = False
            elif typed not in self.kinds:
                raise Misused(f"Unknown option: --{typed}. `casemate {self.name} --help` names those there are.")
            elif self.kinds[typed].is_switch and not has_value:
                found[typed] = True
            else:
                self._note(found, typed, [value if has_value else _next(rest, typed)], f"--{typed}")
        return found

    def _note(self, found: dict[str, Any], option: str, texts: list[str], where: str) -> None:
        kind = self.kinds[option]
        try:
            values = [kind.read(text) for text in texts]
        except ValueError as error:
            raise Misused(f"{where}: {error}.") from error
        if kind.is_repeated:
            found[option] = found.get(option, []) + values
        elif len(values) == 1:
            found[option] = values[0]
        else:
            raise Misused(f"{where} has one value.")


def _kind(annotation: Any) -> Kind:
    if annotation is bool:
        return ON_OR_OFF
    kind: Kind = annotation.__metadata__[0]
    return kind


def _next(rest: Iterator[str], option: str) -> str:
    value = next(rest, None)
    if value is None or value.startswith("--"):
        raise Misused(f"--{option} needs a value.")
    return value


def _text(value: object, where: str) -> str:
    """As it would stand in the environment: every source is read by the same function."""
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
        case _:
            raise Misused(f"{where} is not a value.")
