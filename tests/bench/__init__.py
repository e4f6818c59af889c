"""Measurements behind the numbers in the docs. They judge, and do not fail."""
