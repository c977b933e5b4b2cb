"""The expression language of rules: text in, a frozen tree out, evaluated on records."""

from logtriage.expr.compile import compile_expression, problems_of
from logtriage.expr.tree import Expression

__all__ = ["Expression", "compile_expression", "problems_of"]
