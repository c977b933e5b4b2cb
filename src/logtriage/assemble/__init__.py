"""From lines to records: continuation lines and stack traces."""
