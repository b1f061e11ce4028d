package dev.walden.recovery;

import dev.walden.errors.Printable;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimestampTz;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Where recovery is to stop. PostgreSQL knows one target at a time; {@code toString} says it in
 * plain words.
 *
 * <p>Source: {@code recoveryStopsBefore} and {@code recoveryStopsAfter} in {@code
 * src/backend/access/transam/xlogrecovery.c}.
 */
public sealed interface RecoveryTarget {

  /** The {@code recovery_target_…} parameter that asks for this; none for {@link Latest}. */
  Optional<ConfigurationLine> setting();

  /** {@code recovery_target_inclusive}; true, its default, where PostgreSQL ignores it. */
  default boolean inclusive() {
    return true;
  }

  /** The end of the archived WAL. */
  static RecoveryTarget latest() {
    return new Latest();
  }

  /** The end of the base backup: the first consistent state. */
  static RecoveryTarget immediate() {
    return new Immediate();
  }

  /** Just before the first transaction that ended after {@code time}; PostgreSQL's default. */
  static RecoveryTarget time(Instant time) {
    return new Time(time, true);
  }

  /** Just before the first transaction that ended at {@code time} or after. */
  static RecoveryTarget beforeTime(Instant time) {
    return new Time(time, false);
  }

  /** Just after a transaction's commit or abort; PostgreSQL's default. */
  static RecoveryTarget transaction(long xid) {
    return new Transaction(xid, true);
  }

  /** Just before a transaction's commit or abort. */
  static RecoveryTarget beforeTransaction(long xid) {
    return new Transaction(xid, false);
  }

  /**
   * Just after the record that starts at {@code lsn}, or the first that starts later; PostgreSQL's
   * default. Functions such as {@code pg_current_wal_insert_lsn} return the <em>end</em> of a
   * record: to keep what precedes and nothing more, use {@link #beforeLsn}.
   */
  static RecoveryTarget lsn(Lsn lsn) {
    return new Position(lsn, true);
  }

  /** Just before the first record that starts at {@code lsn} or later. */
  static RecoveryTarget beforeLsn(Lsn lsn) {
    return new Position(lsn, false);
  }

  /**
   * Just after a restore point made by {@code pg_create_restore_point}. Names are not unique: the
   * first one after the beginning of the backup counts.
   */
  static RecoveryTarget name(String name) {
    return new RestorePoint(name);
  }

  /**
   * Reads a target that a person wrote: {@code latest}, {@code immediate}, {@code xid:727}, {@code
   * lsn:0/3000060}, {@code name:before release}, or a time in ISO 8601 form with its offset from
   * UTC, such as {@code 2026-11-22T10:00:00Z} or {@code 2026-11-22 12:00:00.5+02:00}. All are
   * inclusive; those that are not begin with {@code before-}: {@code before-xid:727}, {@code
   * before-lsn:0/3000060}, {@code before-time:2026-11-22T10:00:00Z}.
   *
   * @throws IllegalArgumentException if the text is anything else, above all a time without an
   *     offset, which would mean another moment on every machine
   */
  static RecoveryTarget parse(String text) {
    return TargetText.parse(text);
  }

  /** The text that {@link #parse} reads as this target. */
  default String text() {
    return TargetText.of(this);
  }

  /** See {@link RecoveryTarget#latest}. */
  record Latest() implements RecoveryTarget {
    @Override
    public Optional<ConfigurationLine> setting() {
      return Optional.empty();
    }

    @Override
    public String toString() {
      return "the end of the archived WAL";
    }
  }

  /** See {@link RecoveryTarget#immediate}. */
  record Immediate() implements RecoveryTarget {
    @Override
    public Optional<ConfigurationLine> setting() {
      return Optional.of(new ConfigurationLine("recovery_target", "immediate"));
    }

    @Override
    public String toString() {
      return "the end of the base backup";
    }
  }

  /**
   * See {@link RecoveryTarget#time} and {@link RecoveryTarget#beforeTime}.
   *
   * @param time in microseconds, as PostgreSQL counts: rounded down if inclusive, else up, so that
   *     the same transactions lie before it
   */
  record Time(Instant time, boolean inclusive) implements RecoveryTarget {
    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");
    // in UTC and with its offset: otherwise the restored server's time zone would move it
    private static final DateTimeFormatter FORM =
        DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS'+00'").withZone(ZoneOffset.UTC);

    public Time {
      if (time.isBefore(TimestampTz.EPOCH) || time.isAfter(LAST)) {
        throw new IllegalArgumentException("no PostgreSQL ended a transaction at " + time);
      }
      Instant down = time.truncatedTo(ChronoUnit.MICROS);
      time = inclusive || down.equals(time) ? down : down.plus(1, ChronoUnit.MICROS);
    }

    @Override
    public Optional<ConfigurationLine> setting() {
      return Optional.of(new ConfigurationLine("recovery_target_time", FORM.format(time)));
    }

    @Override
    public String toString() {
      return "just before the first transaction that ended "
          + (inclusive ? "after " : "at or after ")
          + time;
    }
  }

  /**
   * See {@link RecoveryTarget#transaction} and {@link RecoveryTarget#beforeTransaction}. A
   * subtransaction that was not rolled back alone has no record of its own: give its parent.
   *
   * @param xid 32 bits, or 64 with the epoch as {@code pg_current_xact_id} returns it. WAL holds 32
   *     bits only: of transactions that share them, the first after the beginning of the backup
   *     counts
   */
  record Transaction(long xid, boolean inclusive) implements RecoveryTarget {
    // src/include/access/transam.h: FirstNormalTransactionId
    private static final long FIRST_NORMAL = 3;

    public Transaction {
      if (xid < 0 || (xid & 0xFFFFFFFFL) < FIRST_NORMAL) {
        throw new IllegalArgumentException("no transaction has the ID " + xid);
      }
    }

    /** The 32 bits that WAL records hold. */
    public long xid32() {
      return xid & 0xFFFFFFFFL;
    }

    @Override
    public Optional<ConfigurationLine> setting() {
      return Optional.of(new ConfigurationLine("recovery_target_xid", Long.toString(xid32())));
    }

    @Override
    public String toString() {
      return (inclusive ? "just after" : "just before") + " the end of transaction " + xid;
    }
  }

  /** See {@link RecoveryTarget#lsn} and {@link RecoveryTarget#beforeLsn}. */
  record Position(Lsn lsn, boolean inclusive) implements RecoveryTarget {
    public Position {
      if (lsn.equals(Lsn.ZERO)) {
        throw new IllegalArgumentException("0/0 is no position in WAL");
      }
    }

    @Override
    public Optional<ConfigurationLine> setting() {
      return Optional.of(new ConfigurationLine("recovery_target_lsn", lsn.toString()));
    }

    @Override
    public String toString() {
      return (inclusive ? "just after" : "just before")
          + " the first WAL record from "
          + lsn
          + " on";
    }
  }

  /**
   * See {@link RecoveryTarget#name}.
   *
   * @param name at most 63 bytes of UTF-8, the encoding of the database it was made in. Where that
   *     was another one, U+FFFD stands for what is no UTF-8, and a planner that looks into the WAL
   *     tells the server the position
   */
  record RestorePoint(String name) implements RecoveryTarget {
    // src/include/access/xlog_internal.h: MAXFNAMELEN, with the zero at its end
    private static final int MAX_BYTES = 63;

    public RestorePoint {
      if (!isName(name)) {
        throw new IllegalArgumentException(
            "not the name of a restore point: \""
                + name
                + "\" (1 to 63 bytes of UTF-8, in one line)");
      }
    }

    private static boolean isName(String name) {
      int bytes = name.getBytes(StandardCharsets.UTF_8).length;
      return bytes > 0
          && bytes <= MAX_BYTES
          && StandardCharsets.UTF_8.newEncoder().canEncode(name)
          // what no configuration file can hold
          && name.chars().noneMatch(c -> c == '\n' || c == '\r' || c == 0);
    }

    /** Whether a server knows a restore point by a name as it was read from WAL. */
    public static boolean isKnownBy(String read) {
      return isName(read) && read.indexOf('\uFFFD') < 0;
    }

    @Override
    public Optional<ConfigurationLine> setting() {
      return Optional.of(new ConfigurationLine("recovery_target_name", name));
    }

    @Override
    public String toString() {
      return "just after the restore point \"" + Printable.of(name) + '"';
    }
  }
}
