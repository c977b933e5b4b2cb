"""``logtriage rules``: list, show, check and make the rules that tag errors."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from logtriage.cli import options
from logtriage.errors import UsageError

if TYPE_CHECKING:
    from logtriage.packs.compiled import Rule
    from logtriage.packs.load import Packs
    from logtriage.source.locate import Source

app = typer.Typer(
    name="rules",
    help="The rules that tag errors: list, show, check, make new ones.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

MOST_LINES: Final = 200
"""Records that a proposal looks at."""

SHORT: Final = {
    "application-defect": "DEFECT",
    "production-incident": "INCIDENT",
    "ignore": "IGNORE",
}


@app.command("list")
def list_rules(
    words: Annotated[
        list[str] | None, typer.Argument(help="Only those whose id, name, category … hold a word.")
    ] = None,
    tag: Annotated[
        str | None, typer.Option(help="application-defect, production-incident or ignore.")
    ] = None,
    packs: options.Packs = None,
    output: Annotated[str, typer.Option("--output", "-o", help="text or jsonl.")] = "text",
) -> int:
    """Print id, tag, category, weight and title of every rule, and how many there are."""
    if output not in {"text", "jsonl"}:
        raise UsageError(f"rules list has no output {output!r}", help="choose text or jsonl")
    if tag is not None and tag not in SHORT:
        raise UsageError(f"there is no tag {tag!r}", help=f"tags are {', '.join(SHORT)}")
    import msgspec  # noqa: PLC0415 - after the options are checked

    loaded = _packs(packs)
    wanted = [word.lower() for word in words or ()]
    found = [
        rule
        for rule in loaded.rules
        if rule.kind == "rule"
        and tag in {None, rule.tag}
        and all(word in _words(rule) for word in wanted)
    ]
    for rule in found:
        if output == "jsonl":
            row = {
                "id": rule.id,
                "name": rule.name,
                "pack": rule.pack,
                "tag": rule.tag,
                "category": rule.category,
                "weight": rule.weight,
                "any_level": rule.any_level,
                "own": rule.own,
                "title": rule.title,
                "when": rule.source,
            }
            _print(msgspec.json.encode(row).decode())
        else:
            _print(
                f"{rule.id}  {SHORT[rule.tag]:<8}  {rule.weight:<4g}  {rule.category:<26}  "
                f"{options.printable(rule.title)}"
            )
    if output == "text":
        categories = {rule.category for rule in found}
        kinds = {rule.pack for rule in found}
        _print(f"{len(found)} rules, {len(categories)} categories, {len(kinds)} packs")
    return 0


@app.command("show")
def show(
    names: Annotated[list[str], typer.Argument(help="Ids or names of rules.")],
    packs: options.Packs = None,
) -> int:
    """Print all that a rule says: expression, weight, next steps, causes, samples."""
    loaded = _packs(packs)
    known: dict[str, Rule] = {}
    for rule in loaded.rules:
        if rule.kind != "signal":
            known[rule.id] = rule
            known.setdefault(rule.name, rule)
    missing = [name for name in names if name not in known and name.upper() not in known]
    if missing:
        from logtriage.expr.vocabulary import suggestion  # noqa: PLC0415 - only for a mistake

        raise UsageError(
            f"there is no rule {', '.join(map(repr, missing))}",
            help=suggestion(missing[0].upper(), known)
            or suggestion(missing[0], known)
            or "`logtriage rules list WORD` finds rules",
        )
    for number, name in enumerate(names):
        if number:
            _print("")
        _show(known.get(name) or known[name.upper()], packs)
    return 0


@app.command("check")
def check(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Pack files or folders; none: the built-in ones.")
    ] = None,
) -> int:
    """Run the samples of rules among all other rules; exit 2 where one fails."""
    from logtriage.packcheck import check as check_packs  # noqa: PLC0415 - as above
    from logtriage.packcheck import pack_files  # noqa: PLC0415
    from logtriage.packs.build import tables_of  # noqa: PLC0415
    from logtriage.packs.load import BUILT_IN  # noqa: PLC0415
    from logtriage.packs.read import read_pack  # noqa: PLC0415

    folders = [Path(path) for path in paths or ()] or [BUILT_IN]
    for path in folders:
        if not path.exists():
            raise UsageError(f"{str(path)!r} does not exist", help="name a pack or a folder")
    problems = check_packs(folders)
    for problem in problems:
        _print(options_safe(str(problem)) + "\n")
    errors = sum(problem.level == "error" for problem in problems)
    found = [read_pack(file)[0] for path in folders for file in pack_files(path)]
    rules = sum(len(list(tables_of(pack))) for pack in found if pack is not None)
    _print(f"{rules} rules checked: {errors} errors, {len(problems) - errors} warnings")
    return 2 if errors else 0


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Name of the rule to make: small-words-and-dashes.")],
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files with lines it must hit; '-' is a pipe.")
    ] = None,
    miss: Annotated[
        list[str] | None, typer.Option(help="A line that it must not hit; repeatable.")
    ] = None,
    why: Annotated[str, typer.Option(help="Why the near miss is none.")] = "",
    tag: Annotated[str, typer.Option(help="Whose it is to fix.")] = "production-incident",
    category: Annotated[str | None, typer.Option(help="One of the known categories.")] = None,
    pack: Annotated[
        str | None, typer.Option(help="Append to this pack, made where it is missing.")
    ] = None,
) -> int:
    """Propose a rule from lines that it shall hit; without a near miss it stays a draft.

    Examples:
      grep 'gate is shut' app.log | logtriage rules new gate-shut --pack packs/ours.toml -

      logtriage rules new gate-shut hits.log --miss 'INFO the gate is shut for lunch'
    """
    from logtriage.packs.proposal import RulePlan, pack_text, proposed_when  # noqa: PLC0415

    if not name.isascii() or not name.replace("-", "").isalnum() or name != name.lower():
        raise UsageError(
            f"{name!r} is not a name for a rule", help="use small letters, digits and dashes"
        )
    if tag not in SHORT:
        raise UsageError(f"there is no tag {tag!r}", help=f"tags are {', '.join(SHORT)}")
    loaded = _packs(None)
    if category is not None and category not in loaded.categories:
        from logtriage.expr.vocabulary import suggestion  # noqa: PLC0415 - only for a mistake

        raise UsageError(
            f"there is no category {category!r}",
            help=suggestion(category, loaded.categories) or "see `logtriage rules list`",
        )
    if options.refuse_terminal(paths):
        raise UsageError("rules new needs lines to hit", help=f"rules new {name} hits.log")
    texts, messages = _records(paths)
    if not texts:
        raise UsageError("there is no line to hit", help="give a file with at least one")
    when = proposed_when(messages)
    if when is None:
        raise UsageError(
            "the lines share no words of their own",
            help="a rule needs a phrase of at least two words that all of them hold",
        )
    plan = RulePlan(
        name=name,
        tag=tag,
        category=category
        or {"application-defect": "unclassified-defect"}.get(
            tag, "unclassified-incident" if tag == "production-incident" else "name-only"
        ),
        when=when,
        hits=tuple(texts[:3]),
        misses=tuple(miss or ()),
        why=why or "say here what makes it none",
    )
    file = Path(pack) if pack else None
    text = pack_text(plan, file, {rule.id for rule in loaded.rules})
    if file is None:
        _print(text.rstrip("\n"))
        return 0
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as opened:
        opened.write(text)
    _print(f"wrote {name} to {file}; prove it with: logtriage rules check {file}")
    return 0


def options_safe(text: str) -> str:
    """Text of several lines whose control characters cannot reach a terminal."""
    return "\n".join(options.printable(line) for line in text.split("\n"))


def _records(paths: list[str] | None) -> tuple[list[str], list[str]]:
    """Texts and messages of the records of files, as the program reads them."""
    from logtriage.cli.stream import each_input, stream  # noqa: PLC0415 - as above
    from logtriage.pipeline.tools import Tools  # noqa: PLC0415

    tools = Tools(options.make_settings())
    texts: list[str] = []
    messages: list[str] = []

    def use(source: "Source") -> None:
        for record in stream(source, tools, lambda: None):
            if len(texts) < MOST_LINES:
                texts.append(record.text)
                messages.append(record.message)

    each_input(paths, use)
    return texts, messages


def _packs(folders: list[str] | None) -> "Packs":
    from logtriage.pipeline.tools import Tools  # noqa: PLC0415 - after the options are checked

    return Tools(options.make_settings(packs=folders)).packs


def _words(rule: "Rule") -> str:
    return f"{rule.id} {rule.name} {rule.pack} {rule.category} {rule.title}".lower()


def _show(rule: "Rule", folders: list[str] | None) -> None:
    file = _file_of(rule, folders)
    where = f"  {file}" if file else ""
    _print(f"{rule.id}  {rule.name}{where}")
    told = [("kind" if rule.kind != "rule" else "tag", rule.tag or rule.kind)]
    if rule.kind == "rule":
        told += [("category", rule.category), ("weight", f"{rule.weight:g}")]
        told += [("any level", "yes, it speaks below warn too")] if rule.any_level else []
        told += [("title", rule.title)]
    told += [("where", place) for place in rule.where]
    told += [("next", step) for step in rule.next]
    told += [("settle", rule.settle)] if rule.settle else []
    told += [("causes", ", ".join(rule.causes))] if rule.causes else []
    told += [("overrides", ", ".join(rule.overrides))] if rule.overrides else []
    told += [("runbook", rule.runbook)] if rule.runbook else []
    told += [("expires", rule.expires)] if rule.expires else []
    told += [("refs", ref) for ref in rule.refs]
    for label, text in told:
        _print(f"  {label:<10} {options.printable(text)}")
    _print("  when")
    for part in rule.source.replace(" and ", "\n    and ").split("\n"):
        _print(f"    {options.printable(part)}")
    _show_samples(rule, file)


def _show_samples(rule: "Rule", file: Path | None) -> None:
    from logtriage.packs.read import read_pack  # noqa: PLC0415 - as above

    pack = read_pack(file)[0] if file else None
    if pack is None:
        return
    samples = {table.id: table.sample for table in pack.rule}
    samples |= {table.id: table.sample for table in pack.change}
    samples |= {table.id: table.sample for table in pack.endpoint}
    if rule.id in samples:
        for sample in samples[rule.id]:
            _print(f"  {'hits' if sample.match else f'misses ({sample.why})'}")
            for line in sample.text.strip("\n").split("\n"):
                _print(f"    {options.printable(line)}")


def _file_of(rule: "Rule", folders: list[str] | None) -> Path | None:
    from logtriage.packs.load import BUILT_IN  # noqa: PLC0415 - as above

    homes = [Path(folder) for folder in folders or ()] if rule.own else [BUILT_IN]
    return next(
        (home / f"{rule.pack}.toml" for home in homes if (home / f"{rule.pack}.toml").exists()),
        None,
    )


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
