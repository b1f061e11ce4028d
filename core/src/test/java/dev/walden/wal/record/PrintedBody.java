package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Compares what Walden reads in records with the descriptions that PostgreSQL prints of them. */
final class PrintedBody {
  private static final String TIME = "(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?)";
  private static final Pattern CHECKPOINT =
      Pattern.compile(
          "redo (\\S+); tli (\\d+); prev tli (\\d+); fpw (\\w+);(?: wal_level (\\w+);)? xid"
              + " (\\d+):(\\d+); oid (\\d+); .*oldest xid (\\d+) .*oldest running xid (\\d+);"
              + " (\\w+)");

  private final Map<Class<?>, Integer> seen = new HashMap<>();

  /** How many bodies of each kind were compared. */
  Map<Class<?>, Integer> seen() {
    return seen;
  }

  void check(WalRecord record, String description) throws CorruptFileException {
    Optional<RecordBody> body = record.body();
    if (body.isPresent()) {
      check(record, body.get(), description.strip());
      seen.merge(body.get().getClass(), 1, Integer::sum);
    }
  }

  private static void check(WalRecord record, RecordBody body, String text) {
    if (body instanceof TransactionBody.End end) {
      end(record, end, text);
    } else if (body instanceof TransactionBody.Prepare prepare) {
      prepare(record.version(), prepare, text);
    } else if (body instanceof XlogBody.Checkpoint checkpoint) {
      checkpoint(checkpoint, text);
    } else if (body instanceof XlogBody.EndOfRecovery e) {
      String head = String.format("tli %s; prev tli %s; time ", e.timeline(), e.previousTimeline());
      time(e.time().atOffset(ZoneOffset.UTC).toLocalDateTime(), head, text);
    } else if (body instanceof StandbyBody.RunningTransactions running) {
      running(record.version(), running, text);
    } else if (body instanceof FileBody.TruncateTables truncate) {
      assertEquals(numbers(truncate.relations()), find("\\brelids:? \\[?([0-9, ]*)", text, ","));
    } else if (body instanceof LogicalMessage message) {
      String head =
          String.format(
              "%s, prefix \"%s\"; payload (%d byte",
              message.transactional() ? "transactional" : "non-transactional",
              message.prefix(),
              message.length());
      assertTrue(text.startsWith(head), text);
    } else {
      assertEquals(other(record.version(), body), text);
    }
  }

  private static String other(PgVersion version, RecordBody body) {
    if (body instanceof TransactionBody.Assignment a) {
      return "xtop " + a.topXid() + ": subxacts: " + numbers(a.subtransactions());
    } else if (body instanceof StandbyBody.Locks locks) {
      return locks.locks().stream()
          .map(l -> "xid " + l.xid() + " db " + l.database() + " rel " + l.relation())
          .collect(Collectors.joining(" "));
    } else if (body instanceof FileBody.Create c) {
      return path(version, c.locator()) + List.of("", "_fsm", "_vm", "_init").get(c.fork());
    } else if (body instanceof FileBody.Truncate t) {
      return path(version, t.locator()) + " to " + t.blocks() + " blocks flags " + t.flags();
    } else if (body instanceof FileBody.CreateDatabase c) {
      String target = c.tablespace() + "/" + c.database();
      return c.source() == 0
          ? "create dir " + target
          : "copy dir " + c.sourceTablespace() + "/" + c.source() + " to " + target;
    } else if (body instanceof FileBody.DropDatabase d) {
      return d.tablespaces().stream()
          .map(t -> "dir " + t + "/" + d.database())
          .collect(Collectors.joining(" "));
    } else if (body instanceof FileBody.CreateTablespace c) {
      return c.tablespace() + " \"" + c.path() + "\"";
    } else if (body instanceof FileBody.DropTablespace d) {
      return Long.toString(d.tablespace());
    } else if (body instanceof FileBody.UpdateRelMap m) {
      return "database " + m.database() + " tablespace " + m.tablespace() + " size " + m.length();
    }
    return xlog(body);
  }

  private static String xlog(RecordBody body) {
    if (body instanceof XlogBody.Switch) {
      return "";
    } else if (body instanceof XlogBody.NextOid next) {
      return Long.toString(next.oid());
    } else if (body instanceof XlogBody.RestorePoint point) {
      return point.name();
    } else if (body instanceof XlogBody.FullPageWrites pages) {
      return Boolean.toString(pages.on());
    } else if (body instanceof XlogBody.BackupEnd backup) {
      return backup.backupStart().toString();
    } else if (body instanceof XlogBody.CheckpointRedo redo) {
      return "wal_level " + redo.walLevel().name().toLowerCase(Locale.ROOT);
    } else if (body instanceof XlogBody.ParameterChange p) {
      return String.format(
          "max_connections=%d max_worker_processes=%d max_wal_senders=%d max_prepared_xacts=%d"
              + " max_locks_per_xact=%d wal_level=%s wal_log_hints=%s track_commit_timestamp=%s",
          p.maxConnections(),
          p.maxWorkerProcesses(),
          p.maxWalSenders(),
          p.maxPreparedTransactions(),
          p.maxLocksPerTransaction(),
          p.walLevel().name().toLowerCase(Locale.ROOT),
          p.walLogHints() ? "on" : "off",
          p.trackCommitTimestamp() ? "on" : "off");
    }
    throw new AssertionError("not compared: " + body);
  }

  private static void end(WalRecord record, TransactionBody.End end, String text) {
    boolean prepared = end.outcome().name().endsWith("PREPARED");
    String start = prepared ? end.xid() + ": " : "";
    assertTrue(text.startsWith(start), text);
    time(end.time().atOffset(ZoneOffset.UTC).toLocalDateTime(), start, text);
    assertEquals(numbers(end.subtransactions()), find("; subxacts: ([0-9 ]*)", text, " "));
    assertEquals(paths(record.version(), end.droppedFiles()), find("; rels: ([^;]*)", text, " "));
    String statistics = find("dropped stats: ([^;]*)", text, " ");
    assertEquals(end.detail().droppedStatistics(), count(statistics), text);
    assertEquals(end.detail().invalidations() > 0, text.contains("inval msgs:"), text);
    end.detail().origin().ifPresent(origin -> origin(origin, text));
    assertEquals(text.contains("; origin: "), end.detail().origin().isPresent(), text);
  }

  private static void origin(TransactionBody.Origin origin, String text) {
    Matcher m = Pattern.compile("; origin: node \\d+, lsn (\\S+), at " + TIME).matcher(text);
    assertTrue(m.find(), text);
    assertEquals(Lsn.parse(m.group(1)), origin.lsn());
    assertEquals(parse(m.group(2)), origin.time().atOffset(ZoneOffset.UTC).toLocalDateTime());
  }

  private static void prepare(PgVersion version, TransactionBody.Prepare p, String text) {
    time(p.time().atOffset(ZoneOffset.UTC).toLocalDateTime(), "gid " + p.gid() + ": ", text);
    assertEquals(numbers(p.subtransactions()), find("; subxacts: ([0-9 ]*)", text, " "), text);
    assertEquals(
        paths(version, p.droppedOnCommit()), find("; rels\\(commit\\): ([^;]*)", text, " "));
    assertEquals(paths(version, p.droppedOnAbort()), find("; rels\\(abort\\): ([^;]*)", text, " "));
  }

  private static void checkpoint(XlogBody.Checkpoint c, String text) {
    Matcher m = CHECKPOINT.matcher(text);
    assertTrue(m.matches(), text);
    assertEquals(Lsn.parse(m.group(1)), c.redo());
    assertEquals(m.group(2), c.timeline().toString());
    assertEquals(m.group(3), c.previousTimeline().toString());
    assertEquals(m.group(4), Boolean.toString(c.fullPageWrites()));
    assertEquals(
        Optional.ofNullable(m.group(5)),
        c.walLevel().map(level -> level.name().toLowerCase(Locale.ROOT)));
    assertEquals(Long.parseLong(m.group(6)) << 32 | Long.parseLong(m.group(7)), c.nextXid());
    assertEquals(m.group(8), Long.toString(c.nextOid()));
    assertEquals(m.group(9), Long.toString(c.oldestXid()));
    assertEquals(m.group(10), Long.toString(c.oldestActiveXid()));
    assertEquals(m.group(11), c.shutdown() ? "shutdown" : "online");
  }

  private static void running(PgVersion version, StandbyBody.RunningTransactions r, String text) {
    String head =
        String.format(
            "nextXid %d latestCompletedXid %d oldestRunningXid %d",
            r.nextXid(), r.latestCompletedXid(), r.oldestRunningXid());
    assertTrue(text.startsWith(head), text);
    assertEquals(numbers(r.transactions()), find("\\d+ xacts: ([0-9 ]*)", text, " "));
    // 15 counts them, but does not print them
    if (version.compareTo(PgVersion.PG_16) >= 0) {
      assertEquals(numbers(r.subtransactions()), find("\\d+ subxacts: ([0-9 ]*)", text, " "));
    }
    assertEquals(r.overflowed(), text.contains("overflowed"));
  }

  private static void time(LocalDateTime ours, String start, String text) {
    Matcher m = Pattern.compile(Pattern.quote(start) + TIME + "(?:\\+00| UTC).*").matcher(text);
    assertTrue(m.matches(), text);
    assertEquals(parse(m.group(1)), ours);
  }

  private static LocalDateTime parse(String time) {
    return LocalDateTime.parse(time.replace(' ', 'T'), DateTimeFormatter.ISO_LOCAL_DATE_TIME);
  }

  private static String find(String pattern, String text, String separator) {
    Matcher m = Pattern.compile(pattern).matcher(text);
    return m.find()
        ? List.of(m.group(1).strip().split(separator)).stream()
            .map(String::strip)
            .collect(Collectors.joining(" "))
        : "";
  }

  private static int count(String list) {
    return list.isEmpty() ? 0 : list.split(" ").length;
  }

  private static String numbers(List<Long> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  private static String paths(PgVersion version, List<RelFileLocator> files) {
    return files.stream().map(file -> path(version, file)).collect(Collectors.joining(" "));
  }

  private static String path(PgVersion version, RelFileLocator file) {
    if (file.tablespace() == 1664) {
      return "global/" + file.relation();
    }
    String place =
        file.tablespace() == 1663
            ? "base"
            : "pg_tblspc/" + file.tablespace() + "/" + version.tablespaceDirectory();
    return place + "/" + file.database() + "/" + file.relation();
  }
}
