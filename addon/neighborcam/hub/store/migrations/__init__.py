"""How a database of one version becomes that of the next, by alembic."""
