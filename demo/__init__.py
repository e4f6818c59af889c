"""Rendered scenes with exact ground truth, and RTSP cameras with faults: the demo, and the fakes of the tests."""
