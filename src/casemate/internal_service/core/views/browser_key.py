"""The key under which an account's browsers keep what the service has not answered yet."""

from typing import Final

from casemate.internal_service.core.sessions.ports import DraftStore
from casemate.node import Entropy
from casemate.protocol.client.extensions import BrowserKey

_KEY_BYTES: Final = 32


def browser_key(store: DraftStore, entropy: Entropy) -> BrowserKey:
    """Made when it is asked for first; lies in the account's encrypted database and stays as long as the account."""
    key = store.browser_key()
    if key is None:
        key = entropy(_KEY_BYTES)
        store.put_browser_key(key)
    return BrowserKey(hex=key.hex())
