package dev.walden.archive;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.StorageUnavailableException;
import dev.walden.archive.inventory.RecordedGap;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.PlainObjects;
import dev.walden.archive.objects.SmallObjects;
import dev.walden.backup.WalRange;
import dev.walden.json.JsonObject;
import dev.walden.storage.Storage;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The notes of gaps; {@code docs/archive-format.md}. Their names say where, their content why. */
final class GapNotes {
  private static final long FORMAT = 1;
  private static final int MAX_LENGTH = 1 << 16;
  private static final Pattern NAME =
      Pattern.compile("([0-9A-F]{8})/([0-9A-F]{16})-([0-9A-F]{16})\\.json");

  private final PlainObjects plain;
  private final ArchiveLayout layout;
  private final WalSegmentSize size;

  GapNotes(PlainObjects plain, ArchiveLayout layout, WalSegmentSize size) {
    this.plain = plain;
    this.layout = layout;
    this.size = size;
  }

  /** Stores a note; one of the same gap that is there already stays as it is. */
  void put(RecordedGap gap) throws IOException {
    WalRange range = gap.range();
    String name = layout.gap(range);
    JsonObject json =
        JsonObject.create()
            .with("format", FORMAT)
            .with("timeline", range.timeline().value())
            .with("start", range.start().toString())
            .with("end", range.end().toString());
    gap.time().ifPresent(time -> json.with("time", time.toString()));
    byte[] content = json.with("reason", gap.reason()).toBytes();
    if (SmallObjects.put(plain, name, content) == Storage.PutOutcome.EXISTS
        && !plain.isComplete(name)) {
      // its writer died before storing the digest: any note of this gap will do, but what nobody
      // knows to be a writer's is not signed
      new PlainObjects(plain.storage()).complete(name);
    }
  }

  /** All notes, by timeline and position. */
  List<RecordedGap> list() throws IOException {
    List<RecordedGap> gaps = new ArrayList<>();
    plain.forEach(
        layout.gaps(),
        note -> {
          Optional<WalRange> range = range(note.name().substring(layout.gaps().length()));
          if (range.isPresent()) {
            gaps.add(read(note.name(), range.get()));
          }
        });
    return gaps;
  }

  private Optional<WalRange> range(String name) {
    Matcher m = NAME.matcher(name);
    if (!m.matches()) {
      return Optional.empty();
    }
    long timeline = Long.parseLong(m.group(1), 16);
    Lsn start = new Lsn(Long.parseUnsignedLong(m.group(2), 16));
    Lsn end = new Lsn(Long.parseUnsignedLong(m.group(3), 16));
    boolean right = size.offset(start) == 0 && size.offset(end) == 0 && start.isBefore(end);
    return timeline == 0 || !right
        ? Optional.empty()
        : Optional.of(new WalRange(new TimelineId(timeline), start, end));
  }

  /** A note that cannot be read still says where; nothing depends on it. */
  private RecordedGap read(String name, WalRange range) throws IOException {
    try {
      return parse(name, range);
    } catch (StorageUnavailableException e) {
      throw e;
    } catch (ArchiveException e) {
      return new RecordedGap(range, Optional.empty(), "what is noted about it cannot be read");
    }
  }

  private RecordedGap parse(String name, WalRange range) throws IOException {
    JsonObject json = JsonObject.parse(name, SmallObjects.read(plain, name, MAX_LENGTH));
    if (json.number("format") != FORMAT) {
      throw new CorruptFileException(name, "of another format than this Walden reads");
    }
    Optional<Instant> time =
        json.has("time") ? Optional.of(json.value("time", Instant::parse)) : Optional.empty();
    return new RecordedGap(range, time, json.text("reason"));
  }
}
