package dev.walden.backup;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a {@code backup_label}, in order. */
final class BackupLabelReader {
  private static final String LSN = "([0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8})";
  private static final String NUMBER = "([1-9][0-9]{0,9})";

  private final String file;
  private final byte[] content;
  private final String text;
  private int at;

  BackupLabelReader(String file, byte[] content) {
    this.file = file;
    this.content = content;
    // one character per byte, so that indexes are file offsets
    this.text = new String(content, ISO_8859_1);
  }

  BackupLabelLines read() throws CorruptFileException {
    if (content.length > BackupLabel.MAX_CONTENT) {
      throw new CorruptFileException(
          file, "longer than " + BackupLabel.MAX_CONTENT + " bytes; not a backup_label");
    }
    int begin = at;
    Matcher start =
        need("START WAL LOCATION: ", LSN + " \\(file ([0-9A-F]{24})\\)", "an LSN and a segment");
    WalFileName.Segment segment = segment(start.group(2), begin);
    Lsn checkpoint = Lsn.parse(need("CHECKPOINT LOCATION: ", LSN, "an LSN").group(1));
    String method =
        need("BACKUP METHOD: ", "(streamed|pg_start_backup|pg_rewind)", "a method").group(1);
    String origin = need("BACKUP FROM: ", "(primary|standby)", "primary or standby").group(1);
    String startTime = need("START TIME: ", "([^\\n]{1,127})", "a time").group(1);
    String label = "";
    // pg_rewind writes no more lines
    if (!method.equals("pg_rewind")) {
      label = utf8(need("LABEL: ", "([^\\n]{0,1024})", "a label"));
      startTimeline(segment);
    }
    BackupLabel.IncrementalFrom incrementalFrom = incrementalFrom();
    if (at < content.length) {
      throw corrupt(at, "expected the end of the file");
    }
    return new BackupLabelLines(
        Lsn.parse(start.group(1)),
        segment,
        checkpoint,
        BackupLabel.Method.valueOf(method.toUpperCase(Locale.ROOT)),
        BackupLabel.Origin.valueOf(origin.toUpperCase(Locale.ROOT)),
        startTime,
        label,
        incrementalFrom);
  }

  private WalFileName.Segment segment(String name, int begin) throws CorruptFileException {
    try {
      return (WalFileName.Segment) WalFileName.parse(name);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(file, begin, e.getMessage(), e);
    }
  }

  private void startTimeline(WalFileName.Segment segment) throws CorruptFileException {
    int begin = at;
    TimelineId timeline = timeline(need("START TIMELINE: ", NUMBER, "a timeline ID"), begin);
    if (!timeline.equals(segment.timeline())) {
      throw corrupt(begin, "timeline " + timeline + ", but segment " + segment + " above");
    }
  }

  private BackupLabel.@Nullable IncrementalFrom incrementalFrom() throws CorruptFileException {
    Optional<Matcher> lsn = line("INCREMENTAL FROM LSN: ", LSN);
    if (lsn.isEmpty()) {
      return null;
    }
    int begin = at;
    TimelineId timeline = timeline(need("INCREMENTAL FROM TLI: ", NUMBER, "a timeline ID"), begin);
    return new BackupLabel.IncrementalFrom(Lsn.parse(lsn.get().group(1)), timeline);
  }

  private TimelineId timeline(Matcher line, int begin) throws CorruptFileException {
    try {
      return new TimelineId(Long.parseLong(line.group(1)));
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(file, begin, e.getMessage(), e);
    }
  }

  private String utf8(Matcher line) {
    return new String(line.group(1).getBytes(ISO_8859_1), UTF_8);
  }

  private Matcher need(String prefix, String pattern, String what) throws CorruptFileException {
    return line(prefix, pattern)
        .orElseThrow(() -> corrupt(at, "expected \"" + prefix + "\", " + what + " and a newline"));
  }

  /** Consumes and returns the next line, if it is as expected. */
  private Optional<Matcher> line(String prefix, String pattern) {
    Matcher line = Pattern.compile(prefix + pattern + "\\n").matcher(text);
    if (!line.region(at, text.length()).lookingAt()) {
      return Optional.empty();
    }
    at = line.end();
    return Optional.of(line);
  }

  private CorruptFileException corrupt(long offset, String problem) {
    return new CorruptFileException(file, offset, problem);
  }
}
