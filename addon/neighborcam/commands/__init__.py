"""The commands of `neighborcam`, one module each."""
