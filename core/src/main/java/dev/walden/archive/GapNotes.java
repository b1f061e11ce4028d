package dev.walden.archive;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.StorageUnavailableException;
import dev.walden.archive.inventory.RecordedGap;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.Sha256Companion;
import dev.walden.archive.objects.SmallObjects;
import dev.walden.backup.WalRange;
import dev.walden.json.JsonObject;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The notes of gaps; {@code docs/archive-format.md}. Their names say where, their content why. */
final class GapNotes {
  private static final long FORMAT = 1;
  private static final int MAX_LENGTH = 1 << 16;
  private static final int PAGE = 1000;
  private static final Pattern NAME =
      Pattern.compile("([0-9A-F]{8})/([0-9A-F]{16})-([0-9A-F]{16})\\.json");

  private final Storage storage;
  private final ArchiveLayout layout;
  private final WalSegmentSize size;

  GapNotes(Storage storage, ArchiveLayout layout, WalSegmentSize size) {
    this.storage = storage;
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
    if (SmallObjects.put(storage, name, content) == Storage.PutOutcome.EXISTS
        && storage.find(Sha256Companion.companionName(name)).isEmpty()) {
      // of somebody who died before its digest was stored: any note of this gap is as good
      byte[] stored;
      try (InputStream in = storage.open(name)) {
        stored = in.readNBytes(MAX_LENGTH);
      }
      Sha256Companion.putCompanion(storage, name, Sha256Companion.sha256(ObjectSource.of(stored)));
    }
  }

  /** All notes, by timeline and position. */
  List<RecordedGap> list() throws IOException {
    Set<String> names = new HashSet<>();
    List<String> candidates = new ArrayList<>();
    String after = "";
    List<StoredObject> page;
    do {
      page = storage.list(layout.gaps(), after, PAGE);
      for (StoredObject object : page) {
        after = object.name();
        if (!names.add(after)) {
          throw new IOException(storage + " lists " + after + " twice");
        }
        candidates.add(after);
      }
    } while (page.size() == PAGE);
    List<RecordedGap> gaps = new ArrayList<>();
    for (String name : candidates) {
      Optional<WalRange> range = range(name.substring(layout.gaps().length()));
      if (range.isPresent() && names.contains(Sha256Companion.companionName(name))) {
        gaps.add(read(name, range.get()));
      }
    }
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
    JsonObject json = JsonObject.parse(name, SmallObjects.read(storage, name, MAX_LENGTH));
    if (json.number("format") != FORMAT) {
      throw new CorruptFileException(name, "of another format than this Walden reads");
    }
    Optional<Instant> time =
        json.has("time") ? Optional.of(json.value("time", Instant::parse)) : Optional.empty();
    return new RecordedGap(range, time, json.text("reason"));
  }
}
