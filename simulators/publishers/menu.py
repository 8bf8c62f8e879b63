"""The menu of faults: which requests each strikes, how often, and its kinds; simulators/README.md describes them."""

from __future__ import annotations

from typing import Literal

from simulators.publishers.messages import Kind

# fmt: off
FaultId = Literal[
    "F01", "F02", "F03", "F04", "F05", "F06", "F07", "F08", "F09", "F10", "F11", "F12", "F13", "F14", "F15", "F16",
    "F17", "F18", "F19", "F20", "F21", "F22", "F23", "F24", "F25",
]
# fmt: on
Count = int | Literal["forever"]
DATA: tuple[Kind, ...] = ("rows", "count", "metadata", "index")
ANSWERS: tuple[Kind, ...] = ("rows", "count")
ROWS: tuple[Kind, ...] = ("rows",)
# Which requests a fault strikes, how often, and after how many of them, unless it says otherwise.
DEFAULTS: dict[str, tuple[tuple[Kind, ...], Count, int]] = {
    "F01": (DATA, 1, 0),
    "F02": (DATA, 1, 0),
    "F03": (ANSWERS, 1, 0),
    "F04": (ANSWERS, "forever", 0),
    "F05": (DATA, "forever", 0),
    "F06": (ANSWERS, "forever", 0),
    "F07": (ROWS, 1, 0),
    "F08": (ROWS, "forever", 0),
    "F09": (ROWS, "forever", 0),
    "F10": (ROWS, 1, 1),
    "F11": (ROWS, 1, 1),
    **dict.fromkeys(("F12", "F13", "F14", "F15", "F16", "F18", "F19", "F20"), (DATA, 1, 0)),
    "F17": (DATA, "forever", 0),
    "F21": (ROWS, "forever", 0),
    "F22": (ROWS, 1, 0),
    "F23": (ROWS, "forever", 0),
    "F24": (("robots",), "forever", 0),
    "F25": (DATA, 1, 0),
}
KINDS: dict[str, tuple[str, ...]] = {  # other faults have none
    "F01": ("", "none", "seconds", "date", "garbage", "past"),
    "F05": ("", "block", "captcha", "login", "private"),
    "F10": ("insert", "delete", "update"),
    "F11": ("", "rows", "keys"),
    "F12": ("rename", "drop", "retype", "recode", "swap", "empty", "reorder", "recase"),
    "F13": ("blank", "none_given", "na", "zero", "one", "padded"),
    "F14": ("dollars", "commas", "exponent", "negative", "huge", "words"),
    "F15": ("us", "day_first", "slashes", "epoch", "day", "clock", "zone", "far", "future", "ancient"),
    "F16": ("frozen", "thinned", "cut"),
    "F17": ("private", "gone", "withdrawn", "unauthorized"),
    "F18": ("repeat", "several", "merged"),
    "F19": ("mixed", "whole"),
    "F21": ("shifted", "sheet", "inline", "serial", "biff", "html"),
    "F22": ("viewstate", "error", "saturated", "pager"),
    "F23": ("weak", "gzip", "future", "liar"),
    "F24": (
        "missing",
        "forbidden",
        "throttled",
        "broken",
        "timeout",
        "hops",
        "long",
        "longest",
        "wildcard",
        "disallow",
    ),
    "F25": ("reset", "cut", "gzip", "short", "empty", "bom", "utf16", "loop", "huge"),
}
# Faults that change the data itself, until it is restored.
OF_THE_DATA = frozenset({"F10", "F11", "F12", "F13", "F14", "F15", "F16", "F18", "F19", "F20"})
NEEDS_COLUMN = frozenset({"F12", "F13", "F14", "F15", "F20"})
