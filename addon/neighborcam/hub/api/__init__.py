"""The hub's HTTP and WebSocket interface; docs/hub.md and /api/openapi.json."""
