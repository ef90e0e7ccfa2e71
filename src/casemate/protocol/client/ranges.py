"""What msgspec does not check by itself: u64 and u128 ranges, and UUIDs in every spelling."""

import re
import types
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec

from casemate.protocol.client.types import U64, U128, Uuid
from casemate.protocol.ids import Cid

_Checker = Callable[[Any], Any]
"""Returns the value in its one spelling. Raises ValueError."""

_UUID: Final = re.compile(
    r"(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?", re.IGNORECASE
)


def check(value: msgspec.Struct) -> None:
    """Check a message and everything in it, and bring its UUIDs into their one spelling. Raises ValueError."""
    for name, checker in _checkers(type(value)):
        before = getattr(value, name)
        if before is None or before is msgspec.UNSET:
            continue
        after = checker(before)
        if after is not before:
            msgspec.structs.force_setattr(value, name, after)


def uuid(text: str) -> Uuid:
    """A UUID in lower case with dashes. Raises ValueError."""
    match = _UUID.fullmatch(text)
    if match is None:
        raise ValueError("not a UUID")
    canonical = "-".join(match.groups()).lower()
    return Uuid(text if text == canonical else canonical)


@cache
def _checkers(kind: type[msgspec.Struct]) -> tuple[tuple[str, _Checker], ...]:
    found = ((name, _checker(hint)) for name, hint in get_type_hints(kind, include_extras=True).items())
    return tuple((name, checker) for name, checker in found if checker is not None)


@cache
def _checker(hint: Any) -> _Checker | None:
    """What has to be checked in values of this type; None for nothing."""
    if hint in (Cid, U64):
        return _unsigned(64)
    if hint is U128:
        return _unsigned(128)
    if hint is Uuid:
        return uuid
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _checker(arguments[0])
    if origin in (Union, types.UnionType):
        return _choice(tuple(checker for checker in map(_checker, arguments) if checker is not None))
    if origin is list:
        return _elements(_checker(arguments[0]))
    if origin is tuple:
        return _places(tuple(map(_checker, arguments)))
    if origin is dict:
        return _entries(_checker(arguments[0]), _checker(arguments[1]))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        # Most structs of a view hold no such number: they are passed over without a look.
        return _nested if _checkers(hint) else None
    return None


@cache
def _unsigned(bits: int) -> _Checker:
    limit = 1 << bits

    def unsigned(value: Any) -> Any:
        if isinstance(value, int) and not 0 <= value < limit:
            raise ValueError(f"{value.bit_length()} bits do not fit a u{bits}")
        return value

    return unsigned


def _nested(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        check(value)
    return value


def _choice(checkers: tuple[_Checker, ...]) -> _Checker | None:
    """The unions of this API hold at most one member that needs a check, beside null, literals and the like."""
    if not checkers:
        return None
    first = checkers[0]
    assert all(checker is first for checker in checkers), "a union of two kinds of numbers cannot be told apart"
    return first


def _elements(checker: _Checker | None) -> _Checker | None:
    if checker is None:
        return None

    def elements(values: Any) -> Any:
        for value in values:
            checker(value)
        return values

    return elements


def _places(checkers: tuple[_Checker | None, ...]) -> _Checker | None:
    if not any(checkers):
        return None

    def places(values: Any) -> Any:
        for checker, value in zip(checkers, values, strict=True):
            if checker is not None:
                checker(value)
        return values

    return places


def _entries(key: _Checker | None, element: _Checker | None) -> _Checker | None:
    if key is None and element is None:
        return None

    def entries(mapping: Any) -> Any:
        for name, value in mapping.items():
            if key is not None:
                key(name)
            if element is not None:
                element(value)
        return mapping

    return entries
