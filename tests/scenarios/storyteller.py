"""Tells a story: from scenes written down in TOML to the logs of a whole system.

A story is a few components, each with its line layout, and scenes: what is said by whom, from when
to when, how often. Random words come from a seed, so a story is the same every time it is told.

Tokens in texts and layouts::

    <n:1-900> <pick:a|b|c> <hex:8> <uuid> <ip>     random; the same one within a scene as <n:1-9=x>
    <=x>                                           what was called x in this scene; <=trace> is given
    <t:%Y-%m-%d %H:%M:%S> <ms> <us> <ns> <epoch> <epochms>   the moment, by the component's clock
    <level> <text> <json>                          layouts alone; <json> is the text as JSON string
"""

import datetime as dt
import json
import random
import re
import tomllib
from pathlib import Path
from typing import Any

_TOKEN = re.compile(r"<(=?\w+)(?::([^<>=]+))?(?:=(\w+))?>")


class Teller:
    """Renders one story."""

    def __init__(self, story: dict[str, Any]) -> None:
        self.story = story
        self.begin = dt.datetime.fromisoformat(story["begin"])
        self.chance = random.Random(story.get("seed", story["title"]))  # noqa: S311 - a story
        self.lines: dict[str, list[tuple[dt.datetime, int, str]]] = {}

    def tell(self, folder: Path) -> list[Path]:
        """Write the logs; their paths."""
        for scene in self.story["scene"]:
            self._play(scene)
        found = []
        for name, lines in self.lines.items():
            lines.sort(key=lambda entry: entry[:2])
            path = folder / name
            path.write_text("".join(f"{line}\n" for _, _, line in lines))
            found.append(path)
        return sorted(found)

    def _play(self, scene: dict[str, Any]) -> None:
        moments = [float(second) for second in scene.get("at", ())]
        if "every" in scene:
            second = float(scene.get("from", 0)) + self.chance.random() * scene["every"] * 0.5
            until = float(scene.get("until", self.story["seconds"]))
            while second < until:
                moments.append(second)
                second += scene["every"] * (0.4 + 1.2 * self.chance.random())
        for second in moments:
            shared = {"trace": self._token("hex", "32", self.begin) or ""}
            moment = second
            for who, level, text, *wait in scene["say"]:
                moment += float(wait[0]) if wait else 0.004 * self.chance.random()
                self._say(who, level, text, moment, shared)

    def _say(self, who: str, level: str, text: str, second: float, shared: dict[str, str]) -> None:
        component = self.story["component"][who]
        at = self.begin + dt.timedelta(seconds=second)
        at += dt.timedelta(
            seconds=component.get("clock", 0), microseconds=self.chance.randrange(999)
        )
        said = self._fill(text.strip("\n"), at, shared, {})
        own = {"level": level, "text": said, "json": json.dumps(said)}
        record = self._fill(component["line"], at, shared, own)
        lines = self.lines.setdefault(component["log"], [])
        for line in record.split("\n"):
            lines.append((at, len(lines), wrapped(line, component.get("wrap"), at, who)))

    def _fill(self, text: str, at: dt.datetime, shared: dict[str, str], own: dict[str, str]) -> str:
        def value(found: re.Match[str]) -> str:
            kind, argument, name = found[1], found[2] or "", found[3]
            if kind in own:
                return own[kind]
            if kind.startswith("="):
                return shared[kind[1:]]
            made = self._token(kind, argument, at)
            if made is None:
                return found[0]
            if name:
                shared[name] = made
            return made

        return _TOKEN.sub(value, text)

    def _token(self, kind: str, argument: str, at: dt.datetime) -> str | None:
        chance = self.chance
        if kind == "n":
            low, high = argument.split("-")
            return str(chance.randint(int(low), int(high)))
        if kind == "pick":
            return chance.choice(argument.split("|"))
        if kind == "hex":
            return "".join(chance.choice("0123456789abcdef") for _ in range(int(argument)))
        made = {
            "uuid": lambda: "-".join(
                "".join(chance.choice("0123456789abcdef") for _ in range(n))
                for n in (8, 4, 4, 4, 12)
            ),
            "ip": lambda: (
                f"10.{chance.randint(1, 250)}.{chance.randint(0, 9)}.{chance.randint(2, 250)}"
            ),
            "t": lambda: at.strftime(argument),
            "ms": lambda: f"{at.microsecond // 1000:03}",
            "us": lambda: f"{at.microsecond:06}",
            "ns": lambda: f"{at.microsecond:06}{chance.randrange(1000):03}",
            "epoch": lambda: str(int(at.timestamp())),
            "epochms": lambda: str(int(at.timestamp() * 1000)),
        }.get(kind)
        return made() if made else None


def wrapped(line: str, wrap: str | None, at: dt.datetime, who: str) -> str:
    """The line as a container runtime or ``kubectl logs --prefix`` hands it on."""
    if wrap == "cri":
        return f"{at:%Y-%m-%dT%H:%M:%S.%f}000Z stdout F {line}"
    if wrap == "docker":
        return json.dumps(
            {"log": line + "\n", "stream": "stdout", "time": f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"}
        )
    if wrap and wrap.startswith("prefix:"):
        return f"[{wrap.removeprefix('prefix:')}] {line}"
    if wrap == "compose":
        return f"{who:<12} | {line}"
    return line


def read(path: Path) -> dict[str, Any]:
    """A story."""
    return tomllib.loads(path.read_text())
