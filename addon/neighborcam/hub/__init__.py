"""The hub of a neighbourhood: alerts between homes and the public log."""
