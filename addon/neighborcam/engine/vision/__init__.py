"""What moved: person, vehicle, animal. Labels only; nothing waits for it."""
