"""From records to issues: masks, fingerprints, templates."""
