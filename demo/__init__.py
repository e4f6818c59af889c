"""Rendered scenes with exact ground truth, and cameras with faults.

The demo, and the fakes of the tests.
"""
