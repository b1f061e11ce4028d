package dev.walden.server.protocol;

import dev.walden.backup.BackupWarning;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerRefusedException;
import dev.walden.server.ServerUnavailableException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegmentSize;
import java.io.Closeable;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A replication connection: PgJDBC logs in, then this class sends replication commands, one at a
 * time. A running stream or backup excludes other commands.
 *
 * <p>Every method that talks to the server throws {@link ServerUnavailableException} or {@link
 * ServerRefusedException}. After a refusal the connection remains usable; after the loss of the
 * connection every call fails.
 *
 * <p>For use by one thread, except {@link #close}, which any thread may call at any time: it
 * returns within two seconds and ends all waits.
 *
 * <p>Source: {@code src/backend/replication/repl_gram.y}, {@code walsender.c}; the manual's
 * "Streaming Replication Protocol".
 */
public final class WalsenderConnection implements Closeable {
  private static final Pattern SETTING = Pattern.compile("[a-z_][a-z0-9_.]{0,62}");
  private static final Pattern SLOT = Pattern.compile("[a-z0-9_]{1,63}");

  private final ReplicationSession conversation;
  private final PgVersion version;

  private WalsenderConnection(ReplicationSession conversation, PgVersion version) {
    this.conversation = conversation;
    this.version = version;
  }

  /**
   * Connects and logs in to the first suitable host.
   *
   * @throws dev.walden.UnsupportedFormatException if the server's version is not supported
   */
  public static WalsenderConnection open(ServerAddress server) throws IOException {
    return new Connector(server).open();
  }

  /** Connects to the one host of an address and logs in. */
  static WalsenderConnection open(ServerAddress host, SocketCapture capture) throws IOException {
    ReplicationSession conversation = ReplicationSession.with(host, capture);
    try {
      int number = one(conversation, "SHOW server_version_num").required(0, Integer::valueOf);
      return new WalsenderConnection(conversation, PgVersion.ofServerVersionNum(number));
    } catch (ProtocolException e) {
      throw conversation.broken(e);
    } catch (IOException e) {
      conversation.close();
      throw e;
    }
  }

  /** How often {@link ReplicationStream#next} returns if nothing arrives; one second by default. */
  void tick(Duration tick) throws IOException {
    conversation.tick(tick);
  }

  /** The connected host. */
  public ServerAddress host() {
    return conversation.server();
  }

  /** The server's major version. */
  PgVersion version() {
    return version;
  }

  public IdentifySystemResult identifySystem() throws IOException {
    return answer(
        "IDENTIFY_SYSTEM",
        row ->
            new IdentifySystemResult(
                row.required(0, SystemIdentifier::parse),
                row.required(1, WalsenderConnection::timeline),
                row.required(2, Lsn::parse)));
  }

  /** The server's cluster. */
  public ClusterIdentity identity() throws IOException {
    SystemIdentifier systemIdentifier = identifySystem().systemIdentifier();
    WalSegmentSize size =
        answer("SHOW wal_segment_size", row -> row.required(0, WalSegmentSize::parse));
    return new ClusterIdentity(systemIdentifier, size, version);
  }

  /** The value of a setting, as SHOW prints it. */
  public String show(String setting) throws IOException {
    if (!SETTING.matcher(setting).matches()) {
      throw new IllegalArgumentException("not the name of a setting: \"" + setting + '"');
    }
    return answer("SHOW " + setting, row -> row.required(0, text -> text));
  }

  /** Whether the server is a standby, or otherwise in recovery. */
  public boolean isInRecovery() throws IOException {
    return show("in_hot_standby").equals("on");
  }

  /** The bytes of a timeline's history file. Timeline 1 has none. */
  public byte[] timelineHistory(TimelineId timeline) throws IOException {
    String name = new WalFileName.History(timeline).toString();
    return answer(
        "TIMELINE_HISTORY " + timeline,
        row -> {
          if (!row.required(0, text -> text).equals(name)) {
            throw new ProtocolException("a history other than " + name);
          }
          return row.bytes(1).orElseThrow(() -> new ProtocolException("no content of " + name));
        });
  }

  /** Creates a slot; with {@code reserveWal}, it retains WAL from the last redo point on. */
  public void createPhysicalSlot(String name, boolean reserveWal) throws IOException {
    conversation.command(
        "CREATE_REPLICATION_SLOT "
            + quotedSlot(name)
            + " PHYSICAL"
            + (reserveWal ? " RESERVE_WAL" : ""));
  }

  public void dropPhysicalSlot(String name) throws IOException {
    conversation.command("DROP_REPLICATION_SLOT " + quotedSlot(name));
  }

  public ReplicationSlotState readSlot(String name) throws IOException {
    String slot = quotedSlot(name);
    if (version.major() < 15) {
      return ReplicationSlotState.without(ReplicationSlotState.Presence.UNKNOWN);
    }
    return answer(
        "READ_REPLICATION_SLOT " + slot,
        row ->
            row.text(0).isEmpty()
                ? ReplicationSlotState.without(ReplicationSlotState.Presence.ABSENT)
                : new ReplicationSlotState(
                    ReplicationSlotState.Presence.PRESENT,
                    row.value(1, Lsn::parse),
                    row.value(2, WalsenderConnection::timeline)));
  }

  /**
   * Streams the WAL of {@code timeline} from {@code start} on. Only the first event confirms that
   * the server has it.
   */
  public ReplicationStream startReplication(Optional<String> slot, Lsn start, TimelineId timeline)
      throws IOException {
    if (version.major() < 15) {
      // a standby of 14 knows its timeline only after this: StartReplication, ThisTimeLineID
      identifySystem();
    }
    return ReplicationStream.start(
        conversation, slot.map(WalsenderConnection::quotedSlot), start, timeline);
  }

  /**
   * Begins a base backup; returns once the server's checkpoint is complete.
   *
   * @param warnings hears of each warning of the server, until the backup ends, in the thread that
   *     reads it; one may come twice
   */
  public BackupStream baseBackup(BaseBackupOptions options, Consumer<BackupWarning> warnings)
      throws IOException {
    conversation.notices(
        notice -> {
          BackupWarning warning =
              BackupWarning.ofServer(
                  notice.severity(), notice.sqlState(), notice.routine(), notice.message());
          if (warning.isWarning()) {
            warnings.accept(warning);
          }
        });
    return BackupStream.begin(conversation, version, options);
  }

  private <T> T answer(String command, Answer<T> answer) throws IOException {
    try {
      return answer.of(one(conversation, command));
    } catch (ProtocolException e) {
      throw conversation.broken(e);
    }
  }

  private interface Answer<T> {
    T of(DataRow row) throws ProtocolException;
  }

  private static DataRow one(ReplicationSession conversation, String command) throws IOException {
    List<DataRow> rows = conversation.command(command);
    if (rows.size() != 1) {
      throw new ProtocolException(rows.size() + " rows in answer to " + command);
    }
    return rows.get(0);
  }

  static TimelineId timeline(String decimal) {
    return new TimelineId(Long.parseLong(decimal));
  }

  private static String quotedSlot(String name) {
    if (!SLOT.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "not the name of a replication slot: \""
              + name
              + "\" (1 to 63 lower-case letters, digits and underscores)");
    }
    return '"' + name + '"';
  }

  @Override
  public void close() {
    conversation.close();
  }
}
