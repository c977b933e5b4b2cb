"""From the report to text, JSON, HTML and the other outputs."""
