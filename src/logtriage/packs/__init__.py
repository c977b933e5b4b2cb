"""Rule packs: TOML files read, checked, compiled and kept in the cache."""
