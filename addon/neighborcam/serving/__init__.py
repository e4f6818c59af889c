"""What engine, hub and desk share when they serve HTTP: how a connection fails."""
