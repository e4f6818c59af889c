"""Segments on disk, clips cut from them, and what may be deleted when."""
