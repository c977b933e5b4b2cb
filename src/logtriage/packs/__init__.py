"""Rule packs: reading, schema, what they compile to."""
