"""What homes, hubs and agencies say to each other: pure, without I/O and clock.

The authority is `spec/`; each module here names the page that it follows.
"""
