"""The keys of the observer's doors: one for each UDP port and address family."""

from casemate.crypto.kdf import sha3_256
from casemate.crypto.keys import EndpointPrivate
from casemate.crypto.labels import OBSERVER_DOOR


def observer_door(observer_key: bytes, port: int, *, is_ipv6: bool) -> EndpointPrivate:
    """The private key behind one door; anybody can compute it from the key that the server tells.

    Doors need different keys, because a caller's endpoint takes everything under one key for one place and would come
    to the same door each time. None of them is a secret: a door says where packets come from, and whoever could answer
    in its place stands on the way of those packets and could change where they come from as well.
    """
    family = b"6" if is_ipv6 else b"4"
    return EndpointPrivate(sha3_256(OBSERVER_DOOR, observer_key, port.to_bytes(2, "big"), family))
