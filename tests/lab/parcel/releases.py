"""Releases of the parcel service's programs that should never have gone out: what each changes."""

# opening hours are missing for two of the five depots
PORTAL_TYPE_ERROR = (
    (
        "    return ['code' => $parcel['code'], 'depot' => $parcel['depot'] ?? 'on its way'];",
        """    return [
        'code' => $parcel['code'],
        'depot' => $parcel['depot'] ?? 'on its way',
        'closes' => closing_time($parcel['open_until']),
    ];""",
    ),
    (
        "function track(string $code): void",
        """function closing_time(string $open_until): string
{
    return substr($open_until, 0, 5);
}

function track(string $code): void""",
    ),
)

# the migration that adds the column did not ship with it
PORTAL_MISSING_COLUMN = (("depot.open_until'", "depot.open_until, parcel.eta_minutes'"),)

# locks depot before parcel; sorter locks parcel before depot
PORTAL_DEADLOCK = (
    (
        "    publish($scan);\n",
        """    $database = database();
    $database->beginTransaction();
    $loaded = $database->prepare('UPDATE depot SET load_count = load_count + 1 WHERE id = ?');
    $loaded->execute([$scan['depot']]);
    publish($scan);
    usleep(250000);
    $moved = $database->prepare('UPDATE parcel SET depot_id = ? WHERE code = ?');
    $moved->execute([$scan['depot'], $scan['parcel']]);
    $database->commit();
""",
    ),
)

# the weight becomes text; sorter, which was not changed, wants a number
PORTAL_CONTRACT = (
    ("    publish($scan);\n", "    $scan['weight'] = weight_text($scan);\n    publish($scan);\n"),
    (
        "function scan(): void",
        """function weight_text(array $scan): string|float
{
    return $scan['depot'] === 5 ? sprintf('%.1f kg', $scan['weight']) : $scan['weight'];
}

function scan(): void""",
    ),
)

# handhelds send lanes up to 7, there are four
SORTER_INDEX = (("return lanes[scan.Lane%len(lanes)]", "return lanes[scan.Lane-1]"),)

# keeps what it has seen for ever
SORTER_LEAK = (
    ("\tbooked  int\n", "\tbooked  int\n\tlabels  labelCache\n"),
    (
        "\tlane := s.lane(scan)\n",
        "\tlane := s.lane(scan)\n\ts.labels.remember(s.log, scan)\n",
    ),
    (
        "func (s *sorter) lane(",
        """// labelCache holds the rendered label of each scan.
type labelCache struct {
	rendered map[string][]byte
	bytes    int
}

func (c *labelCache) remember(log *zap.Logger, scan Scan) {
	if c.rendered == nil {
		c.rendered = map[string][]byte{}
	}
	label := bytes.Repeat([]byte(scan.Parcel), 1200000)
	c.rendered[fmt.Sprintf("%s/%d", scan.Parcel, time.Now().UnixNano())] = label
	c.bytes += len(label)
	if len(c.rendered)%5 == 0 {
		log.Warn("possible memory leak: label cache only grows, nothing was ever evicted",
			zap.Int("entries", len(c.rendered)), zap.Int("mebibytes", c.bytes>>20))
	}
}

func (s *sorter) lane(""",
    ),
)

# wants a setting that the release forgot to bring
TARIFF_UNWRAP = (
    (
        '    let address = env::var("LISTEN")',
        """    let rounding = ROUNDING.parse::<u32>().expect("rounding is a number of cents");
    info!(rounding, "rounding of prices");
    let address = env::var("LISTEN")""",
    ),
    ("struct Zone {", 'const ROUNDING: &str = "5 cents";\n\nstruct Zone {'),
)

# forgets that the last step is one before the length
TARIFF_BOUNDS = (("(grams / 1000).min(zone.steps.len() - 1)", "grams / 800"),)
