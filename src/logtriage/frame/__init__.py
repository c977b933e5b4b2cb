"""From blocks of bytes to the spans of candidate records."""
