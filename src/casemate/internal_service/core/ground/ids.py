"""Ids as the client API writes them."""

from casemate.internal_service.core.ground.refusals import refuse


def id_from_hex(text: str, size: int, what: str) -> bytes:
    """An id of `size` bytes. Raises Refused, which names it as `what`."""
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        raise refuse("malformed", what=what) from error
    if len(value) != size:
        raise refuse("malformed", what=what)
    return value
