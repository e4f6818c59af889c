"""Where video comes in: sources, the packet ring, decoding and live remuxing."""
