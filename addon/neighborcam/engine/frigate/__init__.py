"""What a configuration of Frigate says, as cameras of ours and a report. No I/O."""
