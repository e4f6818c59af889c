"""The only door out of a home: policy, redaction, outbox, diary, the hub's link."""
