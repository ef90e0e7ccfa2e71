"""Options that several commands share."""

import sys
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, Token
from cyclopts.validators import Number

from casemate.runtime.errors import CannotStart
from casemate.runtime.listen import ListenAddress

DEFAULT_SERVER_LISTEN = ListenAddress("127.0.0.1", 12349)
DEFAULT_INTERNAL_LISTEN = ListenAddress("127.0.0.1", 12345)

STANDARD_INPUT = Path("-")

SERVER_FOLDER = "server"
INTERNAL_FOLDER = "internal-service"


def _to_address(_kind: Any, tokens: Sequence[Token]) -> ListenAddress:
    return ListenAddress.parse(tokens[0].value)


def _to_address_or_off(kind: Any, tokens: Sequence[Token]) -> ListenAddress | Literal["off"]:
    return "off" if tokens[0].value == "off" else _to_address(kind, tokens)


Address = Annotated[ListenAddress, Parameter(converter=_to_address, n_tokens=1, accepts_keys=False)]
RelayAddress = Annotated[
    ListenAddress | Literal["off"], Parameter(converter=_to_address_or_off, n_tokens=1, accepts_keys=False)
]
LogLevel = Literal["debug", "info", "warning", "error"]
LogStyle = Literal["auto", "json", "console"]
Registration = Literal["open", "invite", "password", "closed"]
OwnDoor = Literal["open", "invite", "closed"]
"""Of a server that `up` starts, which takes no password file."""
PasswordFile = Annotated[Path, Parameter(allow_leading_hyphen=True)]
"""- stands for standard input."""
AboveZero = Parameter(validator=Number(gt=0))
Hidden = Parameter(show=False, negative="")

chosen_config: ContextVar[Path | None] = ContextVar("chosen_config", default=None)
"""The config file that was named by --config or CASEMATE_CONFIG."""


def default_data_dir() -> Path:
    """Where this platform keeps data of programs; `up` has one folder per service in it."""
    from platformdirs import user_data_path

    return user_data_path("casemate")


def read_password(file: Path | None) -> str | None:
    """The first line of the file, or of standard input for `-`. Raises `CannotStart`."""
    if file is None:
        return None
    try:
        text = sys.stdin.readline() if file == STANDARD_INPUT else file.read_text("utf-8")
        password = text.split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise CannotStart(f"The password file {file} cannot be read: {reason}.") from error
    if not password:
        raise CannotStart(f"The password file {file} is empty.")
    return password
