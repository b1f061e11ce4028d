package dev.walden.recovery.points;

import dev.walden.json.JsonObject;
import dev.walden.recovery.RecoveryTarget;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Something that was dropped, truncated or rewritten.
 *
 * @param place of the commit; of a dropped database, of the record from which on nobody can connect
 *     to it, even if no commit follows
 * @param xid the transaction, 32 bits, unsigned
 * @param time of the commit; of a dropped database, of the first transaction that ended after it,
 *     if any did
 * @param database the OID of the database dropped, else of the session's, 0 if the WAL does not say
 * @param databaseName if catalogs know it
 * @param files those removed, empty for a database; WAL tells their numbers, not the tables' OIDs
 */
public record DroppedRelations(
    Kind kind,
    WalPlace place,
    long xid,
    Optional<Instant> time,
    long database,
    Optional<String> databaseName,
    List<DroppedFile> files) {
  private static final int SHOWN = 20;

  /** What happened. */
  public enum Kind {
    /** Tables or indexes were dropped. */
    DROPPED,
    /**
     * The transaction also made files, as {@code TRUNCATE}, {@code VACUUM FULL}, {@code REINDEX}
     * and rewriting {@code ALTER TABLE} do; it may have dropped others too.
     */
    REPLACED,
    /** A database was dropped. */
    DATABASE
  }

  public DroppedRelations {
    files = List.copyOf(files);
  }

  /** Just before it: what was dropped is there. */
  public RecoveryTarget target() {
    // a database is unusable before its transaction commits
    return kind == Kind.DATABASE
        ? RecoveryTarget.beforeLsn(place.lsn())
        : RecoveryTarget.beforeTransaction(xid);
  }

  /** For programs. Members are only ever added. */
  public JsonObject toJson() {
    JsonObject json = JsonObject.create().with("kind", kind.name()).with("xid", xid);
    time.ifPresent(t -> json.with("time", t.toString()));
    place.into(json).with("database", database);
    databaseName.ifPresent(name -> json.with("databaseName", name));
    return json.with("files", files.stream().map(DroppedFile::toJson).toList())
        .with("target", target().text());
  }

  /** In plain words, in several lines. */
  public String explain() {
    StringBuilder text = new StringBuilder();
    text.append(time.map(Instant::toString).orElse("at an unknown time"));
    text.append(": transaction " + xid + ' ' + what() + " database " + database);
    databaseName.ifPresent(name -> text.append(" (" + name + ')'));
    text.append(", " + place + '\n');
    files.stream().limit(SHOWN).forEach(file -> text.append("  " + file + '\n'));
    if (files.size() > SHOWN) {
      text.append("  and " + (files.size() - SHOWN) + " more\n");
    }
    return text.append("  just before it: " + target().text() + '\n').toString();
  }

  private String what() {
    switch (kind) {
      case DROPPED:
        return "dropped in";
      case REPLACED:
        return "truncated or rewrote in";
      default:
        return "dropped";
    }
  }
}
