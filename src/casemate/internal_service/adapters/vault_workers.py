"""Argon2id on worker threads, a few at a time: each takes 64 MiB and a good part of a second."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog

from casemate.crypto.keys import Entropy
from casemate.crypto.vault import PasswordCost
from casemate.internal_service.core.ground.effects import RelockVault
from casemate.internal_service.core.ground.events import VaultRelocked, VaultsTried
from casemate.internal_service.core.ground.link_io import MakeServerPasswordKey
from casemate.internal_service.core.sessions.vaults import VaultWork, done
from casemate.node import Event

WORKERS: Final = 2

log = structlog.get_logger("casemate.vault")


class VaultWorkers:
    """`post` takes the answers, from any thread."""

    def __init__(self, post: Callable[[Event], object], entropy: Entropy, cost: PasswordCost | None = None) -> None:
        self._post = post
        self._entropy = entropy
        self._cost = cost
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="vault")

    def perform(self, effect: VaultWork) -> None:
        self._pool.submit(self._work, effect)

    def close(self) -> None:
        """Wait for nobody: whoever asked is told nothing any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self, effect: VaultWork) -> None:
        try:
            self._post(done(effect, self._entropy, self._cost))
        except Exception as error:  # noqa: BLE001  (a damaged vault opens with no password; nobody may wait for ever)
            log.warning("vault failed", error=type(error).__name__)
            if isinstance(effect, RelockVault):
                self._post(VaultRelocked(effect.token, None))
            elif not isinstance(effect, MakeServerPasswordKey):  # a link gives up by itself
                self._post(VaultsTried(effect.token, {}))
