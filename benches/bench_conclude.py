"""What the conclusion costs on the most issues that one run may have.

Usage: python -m benches.bench_conclude
"""

import time

from tests.unit.correlate.stories import issue, report

from logtriage.model.tally import ISSUES

MOST_SECONDS = 2.0


def main() -> int:
    kinds = ["connection-refused", "http-5xx", "null-dereference", "timeout", "disk-full"]
    issues = [
        issue(
            f"service-{number % 40}",
            kinds[number % len(kinds)],
            f"service-{number % 39} at 10.0.{number % 40}.7:{6000 + number % 40} failed, {number}",
            at=[number % 500, number % 500 + 7, number % 500 + 30],
        )
        for number in range(ISSUES)
    ]
    report(issues[:1])  # the packs are read once, in any run
    begin = time.process_time()
    found = report(issues)
    took = time.process_time() - begin
    print(f"{len(issues):,} issues, {len(found.root_causes)} root causes: {took:.2f} s of one core")
    return 0 if took <= MOST_SECONDS else 1


if __name__ == "__main__":
    raise SystemExit(main())
