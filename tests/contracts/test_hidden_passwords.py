"""No request prints a password: values end up in tracebacks and logs."""

from typing import Any, get_type_hints

import pytest

from casemate.protocol.client.codec import REQUESTS
from casemate.protocol.client.types import Octets, PreSharedKey

PASSWORD = b"correct horse"


def secrets_of(kind: type) -> dict[str, Any]:
    """The fields of a request that hold a password, filled."""
    filled: dict[str, Any] = {}
    for name, hint in get_type_hints(kind).items():
        if "password" not in name or hint in (bool, bool | None):
            continue
        if hint == list[int]:
            filled[name] = list(PASSWORD)
        elif hint is Octets:
            filled[name] = Octets(PASSWORD)
        else:
            assert hint == PreSharedKey | None, f"a password of a kind that this test does not know: {hint}"
            filled[name] = PreSharedKey(passwords=[Octets(PASSWORD)])
    return filled


WITH_PASSWORDS = [kind for kind in REQUESTS if secrets_of(kind)]


@pytest.mark.parametrize("kind", WITH_PASSWORDS, ids=lambda kind: kind.__name__)
def test_a_request_hides_the_passwords_in_it(kind: type) -> None:
    fields: dict[str, Any] = dict.fromkeys(kind.__struct_fields__, "")  # type: ignore[attr-defined]
    printed = repr(kind(**fields | secrets_of(kind)))
    assert "correct" not in printed
    assert ", ".join(map(str, PASSWORD[:3])) not in printed


def test_those_that_are_known_to_have_one_are_among_them() -> None:
    names = {kind.__name__ for kind in WITH_PASSWORDS}
    assert {"Connect", "Register", "ConnectAccount", "ChangePassword", "AdoptAccount", "Join"} <= names
