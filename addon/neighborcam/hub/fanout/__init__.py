"""How an event reaches all who listen: in this process, or through NATS."""
