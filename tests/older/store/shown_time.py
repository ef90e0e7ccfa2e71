"""The time that is shown of a message: fixed when it is written down, so that days go forward in a conversation."""


def shown_time(written_at: float, arrived_at: float, above: float | None, below: float | None) -> float:
    """What the writer says where that fits in between its neighbours and is not in the future; else when it arrived.

    A message that comes between others and arrived after the one below it is shown with a time of theirs: the clock of
    its writer is wrong, and ours says nothing of that place. Unix seconds, as `above` and `below` are shown.
    """
    earliest = min(written_at, arrived_at) if above is None else above
    latest = arrived_at if below is None else min(arrived_at, below)
    if earliest <= written_at <= latest:
        return written_at
    if below is None:
        return arrived_at
    return min(max(arrived_at, earliest), below)
