"""The native multi-pattern scan, its plain twin, and the cache of compiled tables."""
