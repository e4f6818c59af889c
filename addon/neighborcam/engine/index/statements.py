"""Single statements against a `Database`, for stores that are made of tables."""

from typing import Any

from neighborcam.engine.index.database import Database


class Statements:
    """Runs one statement at a time; every write returns after its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def do(self, statement: str, *values: Any) -> int:
        """Write; return how many rows were touched."""
        return self._database.write(
            lambda connection: connection.execute(statement, values).rowcount
        )

    def one(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        """Return the first row, None without one."""
        found: tuple[Any, ...] | None = self._database.read(
            lambda connection: connection.execute(statement, values).fetchone()
        )
        return found

    def all(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return self._database.read(
            lambda connection: connection.execute(statement, values).fetchall()
        )
