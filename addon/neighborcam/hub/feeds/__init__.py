"""Public alerts in the formats of others: GeoJSON, GeoRSS, Atom, CAP 1.2."""
