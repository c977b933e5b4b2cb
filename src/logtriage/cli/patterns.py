"""``logtriage patterns``: the templates of all records, or the template of each."""

from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from logtriage.cli import options
from logtriage.cli.stream import Sink, each_input, stream
from logtriage.errors import UsageError
from logtriage.report.safe import json_text

if TYPE_CHECKING:
    from logtriage.group.templates import Templates
    from logtriage.report.redact import Redaction
    from logtriage.source.locate import Source


class AssignedLine(msgspec.Struct, frozen=True):
    """One line of ``patterns --assign --output jsonl``."""

    path: str
    line: int
    pattern: str
    template: str


class PatternLine(msgspec.Struct, frozen=True):
    """One line of ``patterns --output jsonl``."""

    pattern: str
    template: str
    count: int


class Places:
    """Where each record stands and how its message reads, 20 bytes a record."""

    def __init__(self) -> None:
        self._paths: list[str] = []
        self._path_of = array("l")
        self._line_of = array("q")
        self._mask_of = array("l")
        self._masks: dict[str, int] = {}

    def begin(self, path: str) -> None:
        """The records that follow belong to this input."""
        self._paths.append(path)

    def add(self, line: int, masked: str) -> None:
        """Remember one record."""
        self._path_of.append(len(self._paths) - 1)
        self._line_of.append(line)
        self._mask_of.append(self._masks.setdefault(masked, len(self._masks)))

    def write(
        self,
        templates: "Templates",
        output: str,
        sink: Sink,
        told: "Secrets",
        redaction: "Redaction | None",
    ) -> None:
        """Write the template of each record, in the order of reading."""
        from logtriage.group.templates import OVERFLOW, template_id  # noqa: PLC0415

        encode = msgspec.json.Encoder().encode
        texts = [templates.text_by_mask.get(masked, OVERFLOW) for masked in self._masks]
        ids = [template_id(text) for text in texts]
        if redaction:
            texts = [told.clean(text, redaction) for text in texts]
        for path, line, number in zip(self._path_of, self._line_of, self._mask_of, strict=True):
            if output == "jsonl":
                place = AssignedLine(self._paths[path], line, ids[number], texts[number])
                sink.line(json_text(encode(place)))
            else:
                shown = f"{self._paths[path]}:{line}  {ids[number]}  {texts[number]}"
                sink.line(options.printable(shown).encode(errors="replace"))


class Secrets:
    """Secrets of the records behind each template: masks leave pieces of them."""

    MOST: Final = 1000
    """Secrets remembered for a template."""

    def __init__(self) -> None:
        self._by_mask: dict[str, set[str]] = {}
        self._by_template: dict[str, set[str]] = {}

    def add(self, masked: str, secrets: Iterable[str]) -> None:
        """Remember the secrets of a message."""
        known = self._by_mask.setdefault(masked, set())
        if len(known) < self.MOST:
            known.update(secrets)

    def settle(self, templates: "Templates") -> None:
        """Find the template of each mask."""
        for masked, secrets in self._by_mask.items():
            text = templates.text_by_mask.get(masked)
            if text is not None:
                self._by_template.setdefault(text, set()).update(secrets)

    def clean(self, template: str, redaction: "Redaction") -> str:
        """The template without them."""
        from logtriage.report.leftovers import without_pieces  # noqa: PLC0415

        return redaction.text(without_pieces(template, self._by_template.get(template, ())))


def patterns(
    paths: options.Paths = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FORMAT", help="text or jsonl.")
    ] = "text",
    assign: Annotated[bool, typer.Option("--assign", help="The template of each record.")] = False,
    top: Annotated[int, typer.Option(metavar="N", help="Templates shown; 0 shows all.")] = 0,
    since: options.Since = None,
    until: options.Until = None,
    around: options.Around = None,
    format_name: options.Format = None,
    format_string: options.FormatString = None,
    zone: options.Zone = None,
    year: options.Year = None,
    packs: options.Packs = None,
    config: options.Config = None,
    no_redact: options.NoRedact = False,
    component: options.Component = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing of odd inputs.")
    ] = False,
    verbose: options.Verbose = 0,
) -> int:
    """Print the message templates of all records with their counts.

    Template ids are a function of the text alone: the same in every run and order.

    Examples:
      logtriage patterns app.log

      logtriage patterns app.log --assign --output jsonl
    """
    if output not in {"text", "jsonl"}:
        raise UsageError(f"patterns has no output {output!r}", help="choose text or jsonl")
    options.need_input(paths, "patterns")
    from logtriage.group.normalise import mask  # noqa: PLC0415 - after the options are checked
    from logtriage.group.templates import TemplateMiner  # noqa: PLC0415
    from logtriage.pipeline.tools import Tools  # noqa: PLC0415

    secrecy = options.secrecy_of(config, no_redact=no_redact, on_screen=output == "text")
    tools = Tools(
        options.make_settings(
            since=since,
            until=until,
            around=around,
            format_name=format_name,
            format_string=format_string,
            zone=zone,
            year=year,
            packs=packs,
            config=config,
            component=component,
        )
    )
    miner, places, sink = TemplateMiner(), Places(), Sink()
    redaction, told = secrecy.stream, Secrets()

    def use(source: "Source") -> None:
        places.begin(source.path)
        for record in stream(source, tools, sink.flush, quiet=quiet, verbose=verbose):
            miner.add(record.message)
            if redaction and (secrets := redaction.secrets(record.message)):
                told.add(mask(record.message), secrets)
            if assign:
                places.add(record.line, mask(record.message))

    code = each_input(paths, use)
    found = miner.result()
    told.settle(found)
    if assign:
        places.write(found, output, sink, told, redaction)
    else:
        encode = msgspec.json.Encoder().encode
        for template in found.templates[: top or None]:
            text = told.clean(template.text, redaction) if redaction else template.text
            if output == "jsonl":
                sink.line(json_text(encode(PatternLine(template.id, text, template.count))))
            else:
                shown = f"{template.count:>9,}  {template.id}  {text}"
                sink.line(options.printable(shown).encode(errors="replace"))
    sink.flush()
    return code
