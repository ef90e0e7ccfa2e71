"""Which connection of this process is meant."""

from typing import NamedTuple

from casemate.protocol.ids import AccountId


class ConnectionName(NamedTuple):
    """The first three fields of every event about it."""

    account_id: AccountId
    generation: int
    connection: int
