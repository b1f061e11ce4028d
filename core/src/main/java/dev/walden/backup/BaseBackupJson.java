package dev.walden.backup;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.backup.ObjectDigest.Algorithm;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.json.JsonObject;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code backup.json}: a {@link BaseBackup} as a JSON document of format 1. */
public final class BaseBackupJson {
  private static final long FORMAT = 1;

  private BaseBackupJson() {}

  public static byte[] print(BaseBackup backup) {
    List<JsonObject> tablespaces = new ArrayList<>();
    backup.tablespaces().forEach(oid -> tablespaces.add(JsonObject.create().with("oid", oid)));
    List<JsonObject> parts = new ArrayList<>();
    backup.parts().forEach(part -> parts.add(object(part)));
    JsonObject json =
        JsonObject.create()
            .with("format", FORMAT)
            .with("id", backup.id().text())
            .with("cluster", backup.cluster().toJson())
            .with("startLsn", backup.startLsn().toString())
            .with("startTimeline", backup.startTimeline().value())
            .with("checkpointLsn", backup.checkpointLsn().toString())
            .with("endLsn", backup.endLsn().toString())
            .with("endTimeline", backup.endTimeline().value())
            .with("startTime", backup.startTime().toString())
            .with("endTime", backup.endTime().toString())
            .with("tablespaces", tablespaces)
            .with("parts", parts)
            .with("manifest", object(backup.manifest()))
            .with("files", object(backup.files()));
    if (!backup.warnings().isEmpty()) {
      json.with("warnings", backup.warnings().stream().map(BaseBackupJson::warning).toList());
    }
    return json.toBytes();
  }

  /**
   * Reads what {@link #print} wrote.
   *
   * @param file the document's name in error messages
   */
  public static BaseBackup parse(String file, byte[] content) throws ArchiveException {
    JsonObject json = JsonObject.parse(file, content);
    if (json.number("format") != FORMAT) {
      throw new UnsupportedFormatException(
          file
              + ": format "
              + json.number("format")
              + " is not supported by this version of Walden (it reads 1)");
    }
    try {
      List<Long> tablespaces = new ArrayList<>();
      for (JsonObject tablespace : json.objects("tablespaces")) {
        tablespaces.add(tablespace.number("oid"));
      }
      List<BackupObject> parts = new ArrayList<>();
      for (JsonObject part : json.objects("parts")) {
        parts.add(object(part));
      }
      return new BaseBackup(
          json.value("id", BackupId::new),
          ClusterIdentity.fromJson(json.object("cluster")),
          json.value("startLsn", Lsn::parse),
          json.number("startTimeline", TimelineId::new),
          json.value("checkpointLsn", Lsn::parse),
          json.value("endLsn", Lsn::parse),
          json.number("endTimeline", TimelineId::new),
          json.value("startTime", Instant::parse),
          json.value("endTime", Instant::parse),
          tablespaces,
          parts,
          object(json.object("manifest")),
          object(json.object("files")),
          warnings(json));
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(file, CorruptFileException.NO_OFFSET, e.getMessage(), e);
    }
  }

  private static JsonObject warning(BackupWarning warning) {
    return JsonObject.create()
        .with("severity", warning.severity())
        .with("sqlState", warning.sqlState())
        .with("routine", warning.routine())
        .with("message", warning.message());
  }

  private static List<BackupWarning> warnings(JsonObject json) throws ArchiveException {
    List<BackupWarning> warnings = new ArrayList<>();
    if (json.has("warnings")) {
      for (JsonObject warning : json.objects("warnings")) {
        warnings.add(
            new BackupWarning(
                warning.text("severity"),
                warning.text("sqlState"),
                warning.text("routine"),
                warning.text("message")));
      }
    }
    return warnings;
  }

  private static JsonObject object(BackupObject object) {
    return JsonObject.create()
        .with("name", object.name())
        .with("plainBytes", object.plainBytes())
        .with("storedBytes", object.storedBytes())
        .with(member(object.digest().algorithm()), object.digest().value());
  }

  private static BackupObject object(JsonObject json) throws ArchiveException {
    return new BackupObject(
        json.text("name"), json.number("plainBytes"), json.number("storedBytes"), digest(json));
  }

  private static ObjectDigest digest(JsonObject json) throws ArchiveException {
    for (Algorithm algorithm : Algorithm.values()) {
      Optional<String> value = json.optionalText(member(algorithm));
      if (value.isPresent()) {
        return new ObjectDigest(algorithm, value.get());
      }
    }
    throw new IllegalArgumentException(json.text("name") + " has no known digest");
  }

  private static String member(Algorithm algorithm) {
    return switch (algorithm) {
      case SHA256 -> "sha256";
      case CRC32 -> "crc32";
    };
  }
}
