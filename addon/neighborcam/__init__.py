"""NeighborCam: cameras, motion, recordings and alerts that stay at home."""

__version__ = "0.1.0"
