"""Options that several commands share, and how each kind is read."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from casemate.cli.command import Kind, yes_or_no
from casemate.runtime.errors import CannotStart
from casemate.runtime.listen import ListenAddress

DEFAULT_SERVER_LISTEN = ListenAddress("127.0.0.1", 12349)
DEFAULT_INTERNAL_LISTEN = ListenAddress("127.0.0.1", 12345)

SERVER_FOLDER = "server"
INTERNAL_FOLDER = "internal-service"


def _address_or_off(text: str) -> ListenAddress | Literal["off"]:
    return "off" if text == "off" else ListenAddress.parse(text)


def _above_zero(number: Callable[[str], float], called: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = number(text)
        except ValueError:
            raise ValueError(f"{text!r} is not {called}") from None
        if not value > 0:
            raise ValueError(f"{text} is not above zero")
        return value

    return read


def _one_of(*words: str) -> Kind:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"{text!r} is none of {', '.join(words)}")
        return text

    return Kind(read, "|".join(words))


def _as_it_is(text: str) -> Any:
    return text


Address = Annotated[ListenAddress, Kind(ListenAddress.parse, "HOST:PORT")]
RelayAddress = Annotated[ListenAddress | Literal["off"] | None, Kind(_address_or_off, "HOST:PORT|off")]
OptionalPath = Annotated[Path | None, Kind(Path, "PATH")]
Text = Annotated[str, Kind(_as_it_is, "TEXT")]
OptionalText = Annotated[str | None, Kind(_as_it_is, "TEXT")]
Texts = Annotated[list[str] | None, Kind(_as_it_is, "TEXT", is_repeated=True)]
PositiveFloat = Annotated[float, Kind(_above_zero(float, "a number"), "NUMBER")]
PositiveInt = Annotated[int, Kind(_above_zero(int, "a whole number"), "NUMBER")]
OnlyOn = Annotated[bool, Kind(yes_or_no, "", is_switch=True)]
HiddenSwitch = Annotated[bool, Kind(yes_or_no, "", is_switch=True, is_hidden=True)]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], _one_of("debug", "info", "warning", "error")]
LogStyle = Annotated[Literal["auto", "json", "console"], _one_of("auto", "json", "console")]


def default_data_dir() -> Path:
    """Where this platform keeps data of programs; `up` has one folder per service in it."""
    from platformdirs import user_data_path

    return user_data_path("casemate")


def read_password(file: Path | None) -> str | None:
    """The first line of the file. Raises `CannotStart`."""
    if file is None:
        return None
    try:
        password = file.read_text("utf-8").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise CannotStart(f"The password file {file} cannot be read: {reason}.") from error
    if not password:
        raise CannotStart(f"The password file {file} is empty.")
    return password
