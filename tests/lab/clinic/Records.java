package clinic.records;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the visits of patients: plain HTTP server, HikariCP, PostgreSQL, logback. */
public final class Records {
  static final String VERSION = "1.7.1";
  private static final Logger LOG = LoggerFactory.getLogger(Records.class);
  private final HikariDataSource pool;

  Records(HikariDataSource pool) {
    this.pool = pool;
  }

  public static void main(String[] args) throws IOException {
    LOG.info("records {} starting", VERSION);
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(System.getenv("JDBC_URL"));
    config.setUsername("clinic");
    config.setPassword(System.getenv("DATABASE_PASSWORD"));
    config.setPoolName("records-pool");
    config.setMaximumPoolSize(5);
    config.setConnectionTimeout(3000);
    config.setLeakDetectionThreshold(6000);
    Records records = new Records(new HikariDataSource(config));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(System.getenv("LISTEN"), 8083), 0);
    server.createContext("/records/visits", exchange -> records.guard(exchange, records::visit));
    server.createContext("/api/records", exchange -> records.guard(exchange, records::summary));
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.start();
    LOG.info("GlobalErrorHandler registered, listening on {}:8083", System.getenv("LISTEN"));
  }

  interface Handler {
    String handle(Map<String, String> values) throws SQLException;
  }

  private void guard(HttpExchange exchange, Handler handler) throws IOException {
    long started = System.nanoTime();
    int status = 200;
    String body;
    try {
      String text = exchange.getRequestURI().getQuery();
      if (text == null) {
        text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      }
      body = handler.handle(values(text));
    } catch (IllegalArgumentException wrong) {
      status = 400;
      body = "{\"error\": \"bad request\"}";
      LOG.debug("caught {} for a client's request", wrong.toString());
    } catch (SQLException | RuntimeException failed) {
      status = 500;
      body = "{\"error\": \"internal error\"}";
      LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), failed);
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
    LOG.info("{} {} {} {} ms", exchange.getRequestMethod(), exchange.getRequestURI(), status,
        (System.nanoTime() - started) / 1_000_000);
  }

  private String visit(Map<String, String> values) throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement insert = connection.prepareStatement(
            "INSERT INTO visit (booking_id, patient_id) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
      insert.setInt(1, Integer.parseInt(values.get("booking")));
      insert.setInt(2, Integer.parseInt(values.get("patient")));
      insert.executeUpdate();
      return "{\"status\": \"open\"}";
    }
  }

  private String summary(Map<String, String> values) throws SQLException {
    int patient = Integer.parseInt(values.get("patient"));
    try (Connection connection = pool.getConnection()) {
      return describe(connection, patient);
    }
  }

  private String describe(Connection connection, int patient) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(
        "SELECT count(*) FROM visit WHERE patient_id = ?")) {
      select.setInt(1, patient);
      try (ResultSet rows = select.executeQuery()) {
        rows.next();
        return "{\"patient\": " + patient + ", \"visits\": " + rows.getInt(1) + "}";
      }
    }
  }

  private static Map<String, String> values(String text) {
    Map<String, String> values = new HashMap<>();
    for (String pair : text.split("&")) {
      String[] parts = pair.split("=", 2);
      values.put(parts[0], parts.length > 1 ? parts[1] : "");
    }
    return values;
  }
}
