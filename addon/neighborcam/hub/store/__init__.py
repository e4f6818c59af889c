"""What a hub remembers, in SQLite or PostgreSQL: tables, migrations, queries."""
