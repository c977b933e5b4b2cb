"""``logtriage.toml``: found, read, checked, described. Importing the package costs nothing."""
