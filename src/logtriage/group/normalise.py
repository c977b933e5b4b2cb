"""Variable parts of a message out, so that like messages read alike.

Numbers, identifiers, addresses, paths, times, quoted values and the values of ``key=value`` become
``<*>``. What tells *which* trouble it is stays: words, class names, and codes with a meaning
(``status 502``, ``errno=28``, ``ORA-01555:``).

Words of letters only, most of any log, are passed by; the others are looked up among those met
before; only what is new goes through the expressions.
"""

import re
from typing import Final

from logtriage.scan.regexes import compiled

WILDCARD: Final = "<*>"

CHARACTERS: Final = 2048
"""Of a line only so much is read; what follows would not make it more or less alike."""

LINES: Final = 3
"""Most lines of a message that count: the first, and later ones that state an error."""

_KNOWN_TOKENS: Final = 16_384
_KNOWN_CHARACTERS: Final = 80
_WORD_CHARACTERS: Final = 256
_LINES_READ: Final = 200

_OPEN = r"""[(\[{<"'`]*+"""
_CLOSE = r"""[)\]}>"'`,;:.!?]*+"""
_NUMBER = r"""
    \d++(?:[.,:/_-]++\d++ | [._:/-]*+[A-Za-z]{1,2}[._:/-]*+\d++)*+
    (?:[KMGTP]i?B|[A-Za-zµ]{1,3}(?!\w)|%)?
"""

_FILES = (
    "exe|dll|sys|msi|log|conf|cfg|ini|json|ya?ml|xml|csv|tsv|txt|tmp|bak|gz|zip|tar|tgz|xz|zst|pid|sock"
    "|sqlite|pem|crt|jar|war|rpm|deb|png|jpe?g|gif|svg|pdf|docx?|xlsx?|html?|parquet|avro|iso"
)
"""Endings by which a word is known as the name of a file."""

# A whole token that is one number, address, time or hexadecimal figure within its punctuation.
_PLAIN: Final = compiled(
    rf"({_OPEN})(?:[+-]?{_NUMBER}|0[xX][0-9a-fA-F]++|/[\w./-]++(?<![.])|<\*>)({_CLOSE})",
    re.VERBOSE,
)

# Possessive quantifiers and bounded repeats: no alternative looks at a character more than a
# constant number of times, so a hostile token costs no more than its length.
_VARIABLE: Final = compiled(
    rf"""
    # 1: stays: the figure belongs to a name
    (?<![\w<])(
      [A-Z][A-Z0-9]{{1,7}}+-?\d{{3,6}}+(?=:)
      | (?:errno|code|status|status_code|statusCode|exit_code|exitCode|sqlstate|SQLSTATE)
        =[0-9A-Z]{{1,5}}(?![\w.-])
      | (?:err|error|reason|cause|exception)=[A-Za-z_.]++(?![\w/:-])
      | (?<=\.)v\d++(?=\.[A-Za-z])
      | (?:[Ii][Pp]v[46]|[Uu][Tt][Ff]-?(?:8|16|32)|[Ss][Hh][Aa]-?(?:1|256|384|512)|[Mm][Dd]5
        |[Bb]ase64|ssh2|[Ee][Xx][Tt][234]|x86(?:_64)?|amd64|arm64|u?int(?:8|16|32|64)|float(?:32|64)
        |[Oo][Aa]uth2|HTTP/\d(?:\.\d)?|[Hh]2|[Tt][Ll][Ss]v\d(?:\.\d)?|k8s|[Ss]3|[Ee][Cc]2
        )(?![\w.])
    )
    | (?<=[A-Za-z])(\d{{1,2}}+(?=_?[A-Za-z]{{3}}))
    # the value of a key
    | (?<=[\w\])])=(?:[^\s,;&()\[\]{{}}"'<>=]|<\*>)++
    # the literal argument of a call; stars in the place of figures
    | (?<=\w\()(?:true|false|null|nil|None|True|False)(?=\)) | (?<!\S)\*{{2,}}+(?!\S)
    # URL, mail address, path
    | (?<!\w)[A-Za-z][A-Za-z0-9+.-]{{1,20}}+://[^\s"'<>()\[\]{{}},;]++
    | (?<![\w.+-])[\w.+-]{{1,64}}+@(?=[\w-]{{1,64}}+\.)[\w.-]{{1,255}}(?<![.-])
    | (?<![\w.])[A-Za-z]:\\[^\s"'<>,;|()\[\]]*+
    | (?<![\w.>*/])(?:~|\.{{1,2}})?/[\w.+@%~\#$*-][\w.+@%~\#$*:/-]*(?<![.:])
        (?:\?[^\s"'<>()\[\]]*+)?
    # a file by its name alone
    | (?<![\w./\\@<>*-])[A-Za-z0-9_](?:[\w-]{{0,60}}+\.){{1,4}}+(?:{_FILES})(?![\w.:(-])
    # hexadecimal: number, object address, digest or UUID, MAC and IPv6
    | (?<!\w)0[xX][0-9a-fA-F]++
    | (?<=@)[0-9a-f]{{4,16}}+\b
    | (?<!\w)(?=[a-fA-F]{{0,32}}+\d)[0-9a-fA-F]{{6,}}+(?:-[0-9a-fA-F]{{4,}}+)*+(?!\w)
    | (?<![\w:])(?=[a-fA-F:]{{0,24}}+\d)(?:[0-9a-fA-F]{{0,4}}:){{2,16}}[0-9a-fA-F]{{0,4}}
        (?:[/%]\w++)?(?![\w:])
    # an identifier of mixed letters and digits; a host by its port or by its domain
    | (?<![A-Za-z0-9])(?=[A-Za-z]*+\d++[A-Za-z]++\d)[A-Za-z0-9]{{5,}}+
    | (?<![\w.-])[A-Za-z][\w-]*+(?:\.[\w-]++)++:\d{{1,5}}+(?!\w)
    | (?<![\w.-])(?!(?:com|org|net|io|java|javax)\.)(?:[\w-]++\.(?=[\w-]))++
        (?<=\.)(?:com|net|org|edu|gov|mil|int|info|biz|io|local|localdomain|internal|lan|corp|svc
        |uk|de|fr|jp|cn|ru|br|mx|nl|eu|es|ch|se|au|ca|us|kr|tw|za)(?![\w-]|\.\w)
    # number, version, address, date, identifier with digits; with its unit
    | (?:(?<![A-Za-z0-9])[+-]?[A-Za-z]?)?{_NUMBER}
    """,
    re.VERBOSE,
)

_QUOTED: Final = compiled(r"""(["'`])(?<![\w>]['`])([^"'`\n]{1,400}+)\1(?![\w<])""")
# Words of several variable parts are identifiers; a variable part before two labels is a host.
_IDENTIFIER: Final = compiled(
    r"(?<![\w.~:#-])[\w.~:#-]*+<\*>"
    r"(?:(?:[\w.~:#/-]++<\*>)++[\w.~-]*+|[\w-]*+(?:\.[a-z][a-z0-9-]*+){2,}+(?!\w))"
)
# A list is as long as it happens to be; a bound (``<1 sec``) and a value that shows its insides
# (``Rect(1, 2)``) are values.
_LIST: Final = compiled(r"<\*>(?:,? ?<\*>)++")
_SCALED: Final = compiled(
    r"(?<![\w<>*])[<>]=?<\*>(?: (?:[KMGTP]i?B|B|ms|s|sec|min)\b)?|<\*>(?: (?:[KMGTP]i?B|B)\b)++"
)
_ASSIGNED: Final = compiled(
    r"(?<![\w-])([\w.-]{0,60}+(?: |(?<=\w))= )(?!\S*=)([\w.$/@+-]++)(?![^\s,;)\]}])"
)
_TELLING_KEYS: Final = frozenset(
    [
        *("err", "error", "errno", "reason", "cause", "exception", "code", "desc", "description"),
        *("msg", "message", "status"),
    ]
)
_SHOWN: Final = compiled(r"=<\*>(?:\(<\*>\)|\{<\*>\}|\[<\*>\])")
_MOMENT: Final = compiled(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?"
    r"(?:(?:<\*>[ -])?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}[ -]<\*>,?)"
    r"(?: <\*>)?(?: (?:[A-Z][A-Z]T|[A-Z]ST|UTC|GMT|CEST))?(?: <\*>)?"
)
_PASSES: Final = 8
_SALIENT: Final = compiled(
    r"\s*(?:Caused by|[\w.$]{0,120}(?:Error|Exception)\b|(?i:error|fatal|panic|detail|reason)\b)"
)
_CODE: Final = compiled(r"[\[(]?-?[0-9]{1,5}[\])]?[.,:;]?")
_CODE_WORDS: Final = frozenset(
    word + end
    for word in (
        "status",
        "code",
        "signal",
        "errno",
        "exit",
        "sqlstate",
        "http",
        "http/1.1",
        'http/1.1"',
        "http/1.0",
        'http/1.0"',
        "http/2.0",
        'http/2.0"',
        "http/2",
    )
    for end in ("", ":", "=")
)

_known: dict[str, str] = {}


def mask(message: str) -> str:
    """The message with each variable part written as ``<*>``, whitespace made single spaces.

    Deterministic, idempotent, linear in the length. Of several lines the first and up to two
    that state an error count, joined by `` | ``.
    """
    if "\n" in message:
        message = " | ".join(_salient(message))
    masked = _mask_words(message if len(message) <= CHARACTERS else _cut(message))
    # what one pass leaves may complete a pair of quotes, an assignment or a list
    for _ in range(_PASSES if WILDCARD in masked else 0):
        again = _mask_words(masked)
        if again == masked:
            break
        masked = again
    return masked


def _mask_words(message: str) -> str:
    if '"' in message or "'" in message or "`" in message:
        message = _QUOTED.sub(_replace_quoted, message)
    known = _known
    words = []
    former = ""
    for token in message.split():
        if token.isalpha():
            word = token
        else:
            word = known.get(token) or _mask_token(token)
            if former.lower() in _CODE_WORDS and _CODE.fullmatch(token):
                word = token
        words.append(word)
        former = token
    masked = " ".join(words)
    if "= " in masked:
        masked = _ASSIGNED.sub(_replace_assigned, masked)
    if WILDCARD in masked:
        masked = _condensed(masked)
    return masked if len(masked) <= CHARACTERS else _cut(masked)


def _salient(message: str) -> list[str]:
    lines = [line for line in message.split("\n", _LINES_READ)[:_LINES_READ] if line.strip()]
    return lines[:1] + [line for line in lines[1:] if _SALIENT.match(line)][: LINES - 1]


def _cut(text: str) -> str:
    """The first words of a text, no more than `CHARACTERS`; endless words are values."""
    words = []
    left = CHARACTERS
    # twice the limit holds all that can fit: a word too long shrinks to a wildcard
    for word in text[: 2 * CHARACTERS].split():
        short = word if len(word) <= _WORD_CHARACTERS else WILDCARD
        left -= len(short) + 1
        if left < 0:
            break
        words.append(short)
    return " ".join(words)


def _condensed(masked: str) -> str:
    """Variable parts of several words made one; what one step joins another may carry on."""
    while True:
        former = masked
        if "B" in masked or "<<" in masked or "><" in masked or "=<" in masked:
            masked = _SCALED.sub(WILDCARD, masked)
            masked = _SHOWN.sub("=<*>", masked)
        masked = _MOMENT.sub(WILDCARD, masked)
        if "<*>,<" in masked or "<*>, <" in masked or "<*> <" in masked:
            masked = _LIST.sub(WILDCARD, masked)
        if masked == former:
            return masked


def _mask_token(token: str) -> str:
    """One word with its variable parts out; remembered, for the same words come again."""
    if len(token) > _WORD_CHARACTERS:
        return WILDCARD
    plain = _PLAIN.fullmatch(token)
    if plain:
        masked = f"{plain[1]}{WILDCARD}{plain[2]}"
    else:
        masked = _VARIABLE.sub(_replace, token)
        if WILDCARD in masked:
            masked = _IDENTIFIER.sub(WILDCARD, masked)
        elif masked in {"()", "[]", "{}"}:
            masked = f"{masked[0]}{WILDCARD}{masked[1]}"
        if len(masked) > _WORD_CHARACTERS:
            masked = WILDCARD
    if len(token) <= _KNOWN_CHARACTERS:
        if len(_known) >= _KNOWN_TOKENS:
            _known.clear()
        _known[token] = masked
    return masked


def _replace(match: re.Match[str]) -> str:
    if match.lastindex:
        return match[0]
    return "=<*>" if match[0][0] == "=" else WILDCARD


def _replace_assigned(match: re.Match[str]) -> str:
    """``key = value``; what names the failure stays, as in ``desc = context deadline exceeded``."""
    return match[0] if match[1].rstrip("= ").lower() in _TELLING_KEYS else f"{match[1]}{WILDCARD}"


def _replace_quoted(match: re.Match[str]) -> str:
    """Three words and more are a sentence that somebody quotes, not a value."""
    quote, inner = match[1], match[2]
    if inner.count(" ") > 1:
        return match[0]
    return f"{quote}{WILDCARD}{quote}"
