"""What was seen before: offsets and known issues."""
