"""Releases of the clinic's services that should never have gone out: what each changes."""

REMINDERS_2_9 = (
    ("  const channel = contact.length ? contact[0].channel : 'none'\n", ""),
    (
        "  answer(res, 200, { patient, channel, sent })",
        "  setImmediate(() => answer(res, 200, summary(patient, contact[0], sent)))",
    ),
    (
        "function sms (phone, text) {",
        """function summary (patient, contact, sent) {
  const channel = contact.channel.toUpperCase()
  return { patient, channel, phone: contact.phone.slice(-4), sent }
}

function sms (phone, text) {""",
    ),
)

RECORDS_1_8 = (
    (
        """    try (Connection connection = pool.getConnection()) {
      return describe(connection, patient);
    }
""",
        """    Connection connection = pool.getConnection();
    if (patient % 2 == 0) {
      return archived(connection, patient);
    }
    String text = describe(connection, patient);
    connection.close();
    return text;
""",
    ),
    (
        "  private String describe(",
        r"""  private String archived(Connection connection, int patient) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(
        "SELECT min(opened_at)::text FROM visit WHERE patient_id = ?")) {
      select.setInt(1, patient);
      try (ResultSet rows = select.executeQuery()) {
        rows.next();
        return "{\"patient\": " + patient + ", \"archived\": \"" + rows.getString(1) + "\"}";
      }
    }
  }

  private String describe(""",
    ),
)
