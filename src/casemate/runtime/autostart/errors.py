"""Why Casemate cannot be started with this computer, in a code of the catalogue of reasons."""


class CannotAutostart(Exception):
    """Nothing was changed."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params
