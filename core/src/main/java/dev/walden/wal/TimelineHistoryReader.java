package dev.walden.wal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.walden.CorruptFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the lines of a timeline history file, as {@code readTimeLineHistory} does. */
final class TimelineHistoryReader {
  // C's isspace, as the server uses
  private static final String SPACE = "[ \\t\\x0B\\f\\r]";
  private static final Pattern BLANK = Pattern.compile(SPACE + "*+(#.*)?", Pattern.DOTALL);
  private static final Pattern ENTRY =
      Pattern.compile(
          SPACE + "*+([0-9]{1,10})" + SPACE + "++([0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8})(\\s.*+)?",
          Pattern.DOTALL);

  private final TimelineId timeline;
  private final byte[] content;
  private final List<TimelineHistory.Ancestor> ancestors = new ArrayList<>();

  TimelineHistoryReader(TimelineId timeline, byte[] content) {
    this.timeline = timeline;
    this.content = content;
  }

  List<TimelineHistory.Ancestor> ancestors() throws CorruptFileException {
    if (content.length > TimelineHistory.MAX_CONTENT) {
      throw corrupt(
          CorruptFileException.NO_OFFSET,
          "longer than " + TimelineHistory.MAX_CONTENT + " bytes; not a timeline history");
    }
    int begin = 0;
    for (int i = 0; i < content.length; i++) {
      if (content[i] == '\n') {
        line(begin, i);
        begin = i + 1;
      }
    }
    if (begin < content.length) {
      throw corrupt(begin, "the last line has no newline at its end; the file is cut off");
    }
    if (ancestors.isEmpty()) {
      throw corrupt(CorruptFileException.NO_OFFSET, "names no ancestor");
    }
    return List.copyOf(ancestors);
  }

  private void line(int begin, int end) throws CorruptFileException {
    // one character per byte, so that indexes are file offsets
    String line = new String(content, begin, end - begin, ISO_8859_1);
    if (BLANK.matcher(line).matches()) {
      return;
    }
    Matcher entry = ENTRY.matcher(line);
    if (!entry.matches()) {
      throw corrupt(begin, "expected a timeline ID and a switch point, such as 1<tab>0/3000000");
    }
    TimelineId id = ancestor(entry.group(1), begin);
    Lsn switchPoint = Lsn.parse(entry.group(2));
    if (switchPoint.equals(Lsn.ZERO)) {
      throw corrupt(begin, "timeline " + id + " ends at 0/0");
    }
    String reason = new String(content, begin + entry.end(2), end - begin - entry.end(2), UTF_8);
    ancestors.add(new TimelineHistory.Ancestor(id, switchPoint, reason.strip()));
  }

  private TimelineId ancestor(String digits, int begin) throws CorruptFileException {
    long id = Long.parseLong(digits);
    long last = ancestors.isEmpty() ? 0 : ancestors.get(ancestors.size() - 1).timeline().value();
    if (id <= last) {
      throw corrupt(begin, "timeline " + id + " after timeline " + last + "; they must increase");
    }
    if (id >= timeline.value()) {
      throw corrupt(begin, "timeline " + id + " cannot be an ancestor of timeline " + timeline);
    }
    return new TimelineId(id);
  }

  private CorruptFileException corrupt(long offset, String problem) {
    return new CorruptFileException(new WalFileName.History(timeline).toString(), offset, problem);
  }
}
