package dev.walden.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;

/**
 * Prints and parses the values of a manifest. {@code AddFileToBackupManifest} and {@code
 * AddWALInfoToBackupManifest} in {@code backup_manifest.c}, {@code escape_json} in {@code json.c}.
 */
final class ManifestNotation {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'GMT'", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final int TIME_LENGTH = "2026-11-22 14:01:13 GMT".length();
  private static final int MAX_YEAR = 9999;

  private ManifestNotation() {}

  /**
   * The file of an object's values.
   *
   * @throws IllegalArgumentException if they are not as printed
   */
  static ManifestFile file(Map<String, String> values) {
    BackupChecksum.Algorithm algorithm = BackupChecksum.Algorithm.NONE;
    if (values.containsKey("Checksum-Algorithm")) {
      algorithm = BackupChecksum.Algorithm.valueOf(values.get("Checksum-Algorithm"));
    }
    if (values.containsKey("Checksum-Algorithm") != values.containsKey("Checksum")
        || values.containsKey("Checksum") && algorithm == BackupChecksum.Algorithm.NONE) {
      throw new IllegalArgumentException("a checksum without its algorithm, or the reverse");
    }
    return new ManifestFile(
        path(values),
        Long.parseLong(required(values, "Size")),
        time(required(values, "Last-Modified")),
        algorithm,
        values.getOrDefault("Checksum", ""));
  }

  private static ManifestPath path(Map<String, String> values) {
    String text = values.get("Path");
    String encoded = values.get("Encoded-Path");
    if ((text == null) == (encoded == null)) {
      throw new IllegalArgumentException("a file needs either \"Path\" or \"Encoded-Path\"");
    }
    return text != null
        ? ManifestPath.of(text)
        : ManifestPath.encoded(HexFormat.of().parseHex(encoded));
  }

  private static Instant time(String text) {
    try {
      if (text.length() != TIME_LENGTH) {
        throw new DateTimeException("year does not have four digits");
      }
      return LocalDateTime.parse(text, TIME).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("not a time: \"" + text + '"', e);
    }
  }

  /**
   * The WAL range of an object's values.
   *
   * @throws IllegalArgumentException if they are not as printed
   */
  static WalRange range(Map<String, String> values) {
    return new WalRange(
        new TimelineId(Long.parseLong(required(values, "Timeline"))),
        Lsn.parse(required(values, "Start-LSN")),
        Lsn.parse(required(values, "End-LSN")));
  }

  private static String required(Map<String, String> values, String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException("\"" + key + "\" is missing");
    }
    return value;
  }

  /**
   * Prints a file.
   *
   * @throws IllegalArgumentException if the year of its time does not have four digits
   */
  static String print(ManifestFile file) {
    StringBuilder out = new StringBuilder(200);
    if (file.path().isEncoded()) {
      HexFormat.of().formatHex(out.append("{ \"Encoded-Path\": \""), file.path().bytes());
    } else {
      escape(new String(file.path().bytes(), UTF_8), out.append("{ \"Path\": \""));
    }
    out.append("\", \"Size\": ").append(file.size());
    out.append(", \"Last-Modified\": \"").append(print(file.lastModified())).append('"');
    if (file.algorithm() != BackupChecksum.Algorithm.NONE) {
      out.append(", \"Checksum-Algorithm\": \"").append(file.algorithm());
      out.append("\", \"Checksum\": \"").append(file.checksum()).append('"');
    }
    return out.append(" }").toString();
  }

  private static String print(Instant instant) {
    LocalDateTime time;
    try {
      time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("not a file time for a manifest: " + instant, e);
    }
    if (time.getYear() < 0 || time.getYear() > MAX_YEAR) {
      throw new IllegalArgumentException("not a file time for a manifest: " + instant);
    }
    return TIME.format(time);
  }

  private static void escape(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '"', '\\' -> out.append('\\').append(c);
        default -> {
          if (c < ' ') {
            out.append("\\u00").append(HexFormat.of().toHexDigits((byte) c));
          } else {
            out.append(c);
          }
        }
      }
    }
  }

  /** Prints a WAL range. */
  static String print(WalRange range) {
    return String.format(
        Locale.ROOT,
        "{ \"Timeline\": %d, \"Start-LSN\": \"%s\", \"End-LSN\": \"%s\" }",
        range.timeline().value(),
        range.start(),
        range.end());
  }
}
