"""From a line to its fields: formats, wrappers, timestamps, detection."""
