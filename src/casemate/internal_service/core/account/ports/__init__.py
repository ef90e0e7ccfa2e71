"""What an account needs of its database. tests/contracts holds the suite that every implementation passes."""

from casemate.internal_service.core.account.ports.delivery import Line
from casemate.internal_service.core.account.ports.keys import KeyTimeStore
from casemate.internal_service.core.account.ports.store import AccountStore

__all__ = ["AccountStore", "KeyTimeStore", "Line"]
