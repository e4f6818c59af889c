"""How long a camera may take."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """Seconds; each bounds one wait, so no camera can hold a thread for ever."""

    open_s: float = 10.0  # to connect and describe the stream
    read_s: float = 6.0  # between two packets; over RTSP FFmpeg waits as long again
    key_frame_s: float = 15.0  # to the first picture that decoding can start at
