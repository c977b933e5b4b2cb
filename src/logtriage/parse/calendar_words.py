"""Names of months, weekdays and zones as logs print them."""

import datetime as dt
import zoneinfo
from typing import Final

_MONTHS: Final = (
    # English, then German, French, Spanish, Italian, Portuguese, Dutch; as in the CLDR, without
    # the dot of an abbreviation
    "jan january januar janv janvier ene enero gen gennaio janeiro januari jän jänner",
    "feb february februar févr fevr fév février fevrier febrero febbraio fev fevereiro februari",
    "mar march mär mrz märz maerz mars marzo março marco mrt maart",
    "apr april avr avril abr abril aprile",
    "may mai mayo mag maggio maio mei",
    "jun june juni juin junio giu giugno junho",
    "jul july juli juil juillet julio lug luglio julho",
    "aug august août aout ago agosto augustus",
    "sep sept september septembre septiembre set settembre setembro",
    "oct october okt oktober octobre octubre ott ottobre out outubro",
    "nov november novembre noviembre novembro",
    "dec december dez dezember déc décembre decembre dic diciembre dicembre dezembro",
)

MONTH_BY_NAME: Final = {
    name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()
}
"""Lower-case name, without a trailing dot, to 1 to 12."""

_HOURS_BY_NAME: Final[dict[str, float]] = {
    **dict.fromkeys(("Z", "UTC", "GMT", "UCT", "WET", "ZULU"), 0),
    **dict.fromkeys(("CET", "MET", "MEZ", "WEST", "BST", "WAT"), 1),
    **dict.fromkeys(("CEST", "MEST", "MESZ", "EET", "SAST", "CAT"), 2),
    **dict.fromkeys(("EEST", "MSK", "EAT", "TRT", "IDT"), 3),
    "GST": 4,
    "PKT": 5,
    "IST": 5.5,
    "NPT": 5.75,
    "ICT": 7,
    "WIB": 7,
    **dict.fromkeys(("SGT", "HKT", "AWST", "PHT", "MYT"), 8),
    **dict.fromkeys(("JST", "KST"), 9),
    "ACST": 9.5,
    "AEST": 10,
    "ACDT": 10.5,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    **dict.fromkeys(("BRT", "ART", "CLST", "UYT"), -3),
    "NST": -3.5,
    "NDT": -2.5,
    "ADT": -3,
    **dict.fromkeys(("EDT", "AST", "CLT"), -4),
    **dict.fromkeys(("EST", "CDT", "COT", "PET"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    **dict.fromkeys(("PST", "AKDT"), -8),
    "AKST": -9,
    "HST": -10,
}
"""Abbreviations to hours east of Greenwich; where several zones share one (CST, IST, BST), the one
most often seen in logs."""


def zone_named(text: str) -> dt.tzinfo | None:
    """The zone of ``Z``, ``+01:00``, ``GMT+2``, ``CEST``, ``Europe/Berlin``; else None."""
    name = text.strip("[]() ")
    upper = name.upper()
    hours = _HOURS_BY_NAME.get(upper)
    if hours is not None:
        return dt.timezone(dt.timedelta(hours=hours))
    if upper[:3] in {"UTC", "GMT"} and upper[3:4] in {"+", "-"}:
        upper = upper[3:]
    if upper[:1] in {"+", "-", "−"}:  # noqa: RUF001 - the minus sign that ISO 8601 prefers
        return _offset(upper)
    if "/" in name:
        try:
            return zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return None
    return None


def _offset(text: str) -> dt.tzinfo | None:
    digits = text[1:].replace(":", "")
    if not digits.isdecimal() or len(digits) not in {1, 2, 3, 4, 6}:
        return None
    if len(digits) <= 2:
        digits = digits.zfill(2) + "00"
    digits = digits.zfill(4).ljust(6, "0")
    delta = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
    if delta >= dt.timedelta(days=1):
        return None
    return dt.timezone(delta if text[0] == "+" else -delta)
