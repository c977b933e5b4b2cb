"""Texts within the limits of those who take them: what is left out is said."""

from collections.abc import Sequence


def one_line(text: str, limit: int) -> str:
    """On one line, of at most so many characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1].rstrip()}…"


def whole_lines(lines: Sequence[str], limit: int) -> str:
    """As many of the lines as there is room for, then ``… N more lines``.

    A line that alone is too long is cut.
    """
    text = "\n".join(lines)
    if len(text) <= limit:
        return text
    # room for the last line, however large its figure
    room = max(limit - len(_more(len(lines))) - 1, 1)
    kept: list[str] = []
    used = 0
    for line in lines:
        if used + len(line) + 1 > room:
            break
        kept.append(line)
        used += len(line) + 1
    if not kept:
        kept = [one_line(lines[0], room)]
        if len(lines) == 1:
            return kept[0][:limit]
    return "\n".join([*kept, _more(len(lines) - len(kept))])[:limit]


def text_within(text: str, limit: int) -> str:
    """The text cut at a line's end."""
    return whole_lines(text.split("\n"), limit)


def _more(count: int) -> str:
    return f"… {count:,} more line{'s' * (count != 1)}"
