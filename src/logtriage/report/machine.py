"""The report for programs: `json` in the field order of the contract."""

import msgspec

from logtriage.model.report import Report


def as_json(report: Report) -> str:
    """One indented object and a newline; schema ``logtriage.report/1``."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
