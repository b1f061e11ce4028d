package dev.walden.server.protocol;

import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A base backup as the server sends it: call {@link #nextArchive} until there is none, then {@link
 * #manifest}, then {@link #end}. Unread content is skipped. The server may fail at any point, even
 * after the last byte: only a result of {@link #end} makes this a backup. To abort, close the
 * connection. For use by one thread.
 *
 * <p>Source: {@code src/backend/backup/basebackup.c}, {@code basebackup_copy.c}.
 */
public final class BackupStream {
  private static final long DATA_DIRECTORY = 0;

  private final ReplicationSession conversation;
  private final Duration silenceLimit;
  private final Lsn startLsn;
  private final TimelineId startTimeline;
  private final List<BackupTablespace> tablespaces = new ArrayList<>();
  private OptionalLong estimatedKilobytes = OptionalLong.empty();
  private final Set<Long> awaited = new LinkedHashSet<>();
  private final BaseBackupProtocol copy;
  private @Nullable BaseBackupInputStream content;
  private boolean atManifest;

  private BackupStream(
      ReplicationSession conversation,
      PgVersion version,
      BaseBackupOptions options,
      List<DataRow> start)
      throws IOException {
    this.conversation = conversation;
    this.silenceLimit = options.silenceLimit();
    this.startLsn = only(start).required(0, Lsn::parse);
    this.startTimeline = only(start).required(1, WalsenderConnection::timeline);
    for (DataRow row : conversation.rows(options.checkpointLimit())) {
      add(row);
    }
    if (!awaited.contains(DATA_DIRECTORY)) {
      throw new ProtocolException("a base backup without the data directory");
    }
    this.copy =
        version.major() < 15
            ? new BaseBackupProtocol14(conversation, silenceLimit, List.copyOf(awaited))
            : new BaseBackupProtocol15(conversation, silenceLimit);
  }

  static BackupStream begin(
      ReplicationSession conversation, PgVersion version, BaseBackupOptions options)
      throws IOException {
    conversation.begin(options.command(version));
    try {
      List<DataRow> start = conversation.rows(options.checkpointLimit());
      return new BackupStream(conversation, version, options, start);
    } catch (ProtocolException e) {
      throw conversation.broken(e);
    }
  }

  private void add(DataRow row) throws ProtocolException {
    OptionalLong kilobytes =
        row.value(2, Long::valueOf).map(OptionalLong::of).orElse(OptionalLong.empty());
    Optional<Long> oid = row.value(0, Long::valueOf);
    if (oid.isPresent()) {
      tablespaces.add(new BackupTablespace(oid.get(), row.required(1, text -> text), kilobytes));
    } else {
      estimatedKilobytes = kilobytes;
    }
    if (!awaited.add(oid.orElse(DATA_DIRECTORY))) {
      throw new ProtocolException("a base backup with a duplicate tablespace");
    }
  }

  private static DataRow only(List<DataRow> rows) throws ProtocolException {
    if (rows.size() != 1) {
      throw new ProtocolException(rows.size() + " rows for one position of a base backup");
    }
    return rows.get(0);
  }

  /** Where replay of this backup begins. */
  public Lsn startLsn() {
    return startLsn;
  }

  public TimelineId startTimeline() {
    return startTimeline;
  }

  /** All tablespaces except the data directory. */
  public List<BackupTablespace> tablespaces() {
    return List.copyOf(tablespaces);
  }

  /** The size of the data directory in KiB, without the tablespaces, if requested. */
  public OptionalLong estimatedKilobytes() {
    return estimatedKilobytes;
  }

  /** The next archive, in the server's order; empty after the last. */
  public Optional<BackupArchive> nextArchive() throws IOException {
    if (atManifest) {
      return Optional.empty();
    }
    leaveContent();
    Optional<Long> oid = copy.nextArchive();
    if (oid.isEmpty()) {
      if (!awaited.isEmpty()) {
        throw conversation.broken(new ProtocolException("a base backup without all tablespaces"));
      }
      return Optional.empty();
    }
    if (!awaited.remove(oid.get())) {
      throw conversation.broken(new ProtocolException("an archive of an unknown tablespace"));
    }
    content = new BaseBackupInputStream(copy);
    return Optional.of(new BackupArchive(oid.filter(found -> found != DATA_DIRECTORY), content));
  }

  /** PostgreSQL's manifest, byte for byte. May be called once. */
  public InputStream manifest() throws IOException {
    if (atManifest) {
      throw new IllegalStateException("the manifest was already requested");
    }
    while (nextArchive().isPresent()) {
      // skipped
    }
    copy.toManifest();
    atManifest = true;
    content = new BaseBackupInputStream(copy);
    return content;
  }

  /**
   * Waits for the server to confirm the backup. After that, the connection accepts the next
   * command.
   */
  public BackupEnd end() throws IOException {
    if (!atManifest) {
      manifest();
    }
    leaveContent();
    copy.finish();
    List<DataRow> rows = conversation.rows(silenceLimit);
    conversation.expect(BackendMessage.COMMAND_COMPLETE, silenceLimit);
    conversation.expect(BackendMessage.READY_FOR_QUERY, silenceLimit);
    try {
      return new BackupEnd(
          only(rows).required(0, Lsn::parse),
          only(rows).required(1, WalsenderConnection::timeline));
    } catch (ProtocolException e) {
      throw conversation.broken(e);
    }
  }

  private void leaveContent() {
    if (content != null) {
      content.over();
      content = null;
    }
  }
}
