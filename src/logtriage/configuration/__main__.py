"""``python -m logtriage.configuration`` writes what is shipped and made from the model."""

from logtriage.configuration.describe import schema_text
from logtriage.settings import DATA

(DATA / "schemas" / "configuration.json").write_text(schema_text(), encoding="utf-8")
