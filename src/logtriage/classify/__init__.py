"""From records to verdicts: rules and weak signals, weighed."""
