"""All that an account needs of its database."""

from contextlib import AbstractContextManager
from typing import Protocol

from casemate.internal_service.core.account.ports.arranging import (
    ArrangedStore,
    KeepingStore,
    NotifyingStore,
    ScheduledStore,
)
from casemate.internal_service.core.account.ports.delivery import DeliveryStore, InboxStore
from casemate.internal_service.core.account.ports.keys import ChannelStore, KeyTimeStore, RatchetStore, SpareStore
from casemate.internal_service.core.account.ports.messages import (
    ChangeStore,
    ConversationStore,
    FindingStore,
    LaterStore,
    LivesStore,
    MessageStore,
)
from casemate.internal_service.core.account.ports.people import OwnInviteStore, PeerStore, ProfilesStore, ProfileStore
from casemate.node import GoesBack


class AccountStore(
    ProfileStore,
    PeerStore,
    OwnInviteStore,
    ChannelStore,
    RatchetStore,
    SpareStore,
    KeyTimeStore,
    ConversationStore,
    MessageStore,
    ChangeStore,
    LaterStore,
    LivesStore,
    ProfilesStore,
    KeepingStore,
    ArrangedStore,
    ScheduledStore,
    NotifyingStore,
    FindingStore,
    DeliveryStore,
    InboxStore,
    GoesBack,
    Protocol,
):
    """All of it, in one encrypted database, with the transaction of the runner."""

    def transaction(self) -> AbstractContextManager[None]: ...

    def savepoint(self) -> AbstractContextManager[None]: ...

    def close(self) -> None: ...
