"""Bytes in: files, folders, globs, pipes, compressed and rotated sets."""
