"""HTTP and WebSocket: the only way in."""
