"""From lines to records: the doors of this stage."""

from logtriage.assemble.assembler import Assembler
from logtriage.assemble.build import build_record
from logtriage.assemble.patterns import (
    continuation_pattern,
    stray_pattern,
    trace_head_patterns,
)

__all__ = [
    "Assembler",
    "build_record",
    "continuation_pattern",
    "stray_pattern",
    "trace_head_patterns",
]
