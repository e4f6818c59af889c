"""Who may wait: a thread that steps back runs when the others leave time."""

import os
import sys
import threading
from contextlib import suppress

NICE = 10  # of 19; at 19 a busy machine would never label anything

_done = threading.local()


def step_back() -> None:
    """Lower the calling thread's priority, once.

    Linux keeps a priority for each thread under its native id. Elsewhere the call
    would slow the whole process, detection included, so nothing is done there.
    """
    if getattr(_done, "yes", False):
        return
    _done.yes = True
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    with suppress(PermissionError):  # a container may forbid it; labels still work
        os.setpriority(os.PRIO_PROCESS, thread, NICE)
