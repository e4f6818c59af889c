"""The desk's page: a server on this machine alone, and what it answers."""
