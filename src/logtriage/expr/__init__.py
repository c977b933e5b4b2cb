"""The expression language of rules: grammar, checks, evaluation."""
