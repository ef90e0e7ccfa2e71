"""One unlocked account: its identity, link, peers, sessions with their devices, and messages."""

from casemate.internal_service.core.account.account import Account

__all__ = ["Account"]
