"""Texts as they come from a page."""


def storable(text: str) -> str:
    """Half a surrogate pair, as a cut in the middle of an emoji leaves it, cannot be written down."""
    return text.encode("utf-8", "replace").decode()
