"""The SQLite index of episodes, segments, cameras and tokens."""
