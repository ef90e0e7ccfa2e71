"""A request that is not done, with the code of docs/protocol/reasons.md that says why."""


class Refusal(Exception):
    """Raised before anything was changed; the device hears `RequestFailed` (or `Refused` while opening)."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
