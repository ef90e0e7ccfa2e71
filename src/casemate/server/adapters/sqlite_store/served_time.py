"""How long the server has run, in SQLite."""

from casemate.runtime.sqlite import Database


class SqliteServedTime:
    def __init__(self, database: Database) -> None:
        self._db = database

    def seconds(self) -> float:
        return float(self._db.value("SELECT seconds FROM served_time"))

    def set_seconds(self, seconds: float) -> None:
        self._db.execute("UPDATE served_time SET seconds = ?", seconds)
