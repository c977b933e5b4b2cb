"""Trees as text: what `rules show`, `explain` and messages print."""

from logtriage.expr.tree import Both, Either, Node, Not, Test, Window


def written(node: Node) -> str:
    """A tree as text that parses to the same tree."""
    match node:
        case Test():
            return f"{node.field} {node.operator} {_values(node)}"
        case Not(inner):
            return f"not ({written(inner)})"
        case Both(parts):
            return " and ".join(
                f"({written(part)})" if isinstance(part, Either) else written(part)
                for part in parts
            )
        case Either(parts):
            return " or ".join(written(part) for part in parts)
        case Window(kind="count"):
            return f"count >= {node.count} within {node.seconds}s"
        case Window(kind="followed"):
            return f"followed by {node.category}"
        case Window():
            return f"absent for {node.seconds}s"


def _values(test: Test) -> str:
    values = [_value(test, value) for value in test.values]
    return values[0] if len(values) == 1 and test.operator != "in" else f"({', '.join(values)})"


def _value(test: Test, value: str) -> str:
    if test.operator == "matches":
        return f"/{value.replace('/', chr(92) + '/')}/{'i' * test.caseless}"
    if test.field in {"severity", "status", "exit_code"}:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
