"""Frames in, motion episodes out."""
