"""What is logged of an event, an effect or a row holds neither passwords nor keys nor what people wrote."""

import importlib
import pkgutil
from dataclasses import fields, is_dataclass
from types import ModuleType
from typing import Final

import pytest

from casemate.internal_service.core import account, ground, sessions

SECRET: Final = {"password", "server_password", "hashes", "opened", "request", "response", "body", "text"}


def dataclasses_of(package: ModuleType) -> set[type]:
    names = [info.name for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}.") if not info.ispkg]
    things = (thing for name in names for thing in vars(importlib.import_module(name)).values())
    return {thing for thing in things if isinstance(thing, type) and is_dataclass(thing)}


@pytest.mark.parametrize("package", [account, ground, sessions], ids=lambda package: package.__name__)
def test_no_field_with_a_secret_is_part_of_what_is_printed(package: ModuleType) -> None:
    shown = {
        f"{kind.__name__}.{field.name}"
        for kind in dataclasses_of(package)
        for field in fields(kind)
        if field.repr and field.name in SECRET
    }
    assert shown == set()
