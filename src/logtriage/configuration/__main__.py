"""``python -m logtriage.configuration`` writes what is shipped and made from the model."""

from pathlib import Path

from logtriage.configuration.describe import schema_text, with_reference
from logtriage.settings import DATA

(DATA / "schemas" / "configuration.json").write_text(schema_text(), encoding="utf-8")
document = Path("docs/configuration.md")
document.write_text(with_reference(document.read_text(encoding="utf-8")), encoding="utf-8")
