"""The engine of one home: cameras, motion, recordings, live video and the API."""
