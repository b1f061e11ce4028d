package dev.walden.wal.index;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.json.JsonObject;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegmentSize;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Outlines as JSON documents of format 1, each one line of UTF-8: the segment size and the list of
 * outlines.
 */
public final class WalOutlineJson {
  private static final long FORMAT = 1;

  private WalOutlineJson() {}

  /** A document with one outline. */
  public static byte[] print(WalOutline outline) {
    return print(List.of(outline));
  }

  /**
   * A document with several outlines, such as those of a group of segments, in the given order.
   *
   * @throws IllegalArgumentException if there are none, or their segment sizes differ
   */
  public static byte[] print(List<WalOutline> outlines) {
    if (outlines.stream().map(o -> o.firstSegment().size()).distinct().count() != 1) {
      throw new IllegalArgumentException("no outlines, or outlines of different segment sizes");
    }
    return JsonObject.create()
        .with("format", FORMAT)
        .with("segmentSize", outlines.get(0).firstSegment().size().bytes())
        .with("outlines", outlines.stream().map(WalOutlineJson::object).toList())
        .toLine();
  }

  /**
   * Reads what {@link #print} wrote.
   *
   * @param file the document's name in error messages
   * @throws CorruptFileException if it is anything else
   * @throws UnsupportedFormatException if it has a later format, or describes a PostgreSQL version
   *     that Walden does not support
   */
  public static List<WalOutline> parse(String file, byte[] content) throws ArchiveException {
    JsonObject json = JsonObject.parse(file, content);
    if (json.number("format") != FORMAT) {
      throw new UnsupportedFormatException(
          file
              + ": format "
              + json.number("format")
              + " is not supported by this version of Walden (it reads 1)");
    }
    WalSegmentSize size =
        json.number("segmentSize", bytes -> new WalSegmentSize(Math.toIntExact(bytes)));
    List<WalOutline> outlines = new ArrayList<>();
    try {
      for (JsonObject outline : json.objects("outlines")) {
        outlines.add(outline(outline, size));
      }
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(file, CorruptFileException.NO_OFFSET, e.getMessage(), e);
    }
    return outlines;
  }

  private static JsonObject object(WalOutline outline) {
    OutlineContents contents = outline.contents();
    JsonObject json =
        RecordChainJson.object(outline.chain())
            .with("transactions", transactions(contents.transactions()))
            .with("events", contents.events().stream().map(WalEventJson::object).toList());
    if (!contents.unresolved().isEmpty()) {
      json.with("unresolved", contents.unresolved().stream().map(WalOutlineJson::range).toList());
    }
    if (!contents.fileCreatorXids().isEmpty()) {
      json.with("creators", contents.fileCreatorXids());
    }
    if (!contents.omissions().equals(Omissions.NONE)) {
      json.with("omitted", omitted(contents.omissions()));
    }
    return json;
  }

  private static JsonObject range(UnresolvedRecord record) {
    return JsonObject.create()
        .with("lsn", record.lsn().toString())
        .with("endLsn", record.endLsn().toString());
  }

  private static JsonObject transactions(TransactionEnds ends) {
    JsonObject json = JsonObject.create().with("count", ends.count());
    ends.times()
        .ifPresent(
            times ->
                json.with("first", times.first().toString())
                    .with("last", times.last().toString())
                    .with("lowest", times.lowest().toString())
                    .with("highest", times.highest().toString()));
    return json.with("lowestXid", ends.xids().low()).with("xids", ends.xids().count());
  }

  private static JsonObject omitted(Omissions omissions) {
    JsonObject json =
        JsonObject.create()
            .with("checkpoints", omissions.checkpoints())
            .with("filesDropped", omissions.filesDropped())
            .with("databasesDropped", omissions.databasesDropped())
            .with("prepared", omissions.prepared());
    omissions
        .filesDroppedTimes()
        .ifPresent(
            times ->
                json.with("lowest", times.lowest().toString())
                    .with("highest", times.highest().toString()));
    return json;
  }

  private static WalOutline outline(JsonObject json, WalSegmentSize size) throws ArchiveException {
    List<WalEvent> events = new ArrayList<>();
    for (JsonObject event : json.objects("events")) {
      events.add(WalEventJson.event(event));
    }
    List<UnresolvedRecord> unresolved = new ArrayList<>();
    for (JsonObject range : list(json, "unresolved")) {
      unresolved.add(
          new UnresolvedRecord(range.value("lsn", Lsn::parse), range.value("endLsn", Lsn::parse)));
    }
    Optional<JsonObject> omitted = json.optionalObject("omitted");
    return new WalOutline(
        RecordChainJson.chain(json, size),
        new OutlineContents(
            transactions(json.object("transactions")),
            events,
            unresolved,
            json.has("creators") ? json.numbers("creators") : List.of(),
            omitted.isPresent() ? omissions(omitted.get()) : Omissions.NONE));
  }

  private static List<JsonObject> list(JsonObject json, String name) throws CorruptFileException {
    return json.has(name) ? json.objects(name) : List.of();
  }

  private static TransactionEnds transactions(JsonObject json) throws CorruptFileException {
    XidRange xids = new XidRange(json.number("lowestXid"), json.number("xids"));
    return new TransactionEnds(
        json.number("count"),
        json.has("first")
            ? Optional.of(
                new TransactionEnds.Times(
                    time(json, "first"),
                    time(json, "last"),
                    time(json, "lowest"),
                    time(json, "highest")))
            : Optional.empty(),
        xids);
  }

  private static Omissions omissions(JsonObject json) throws CorruptFileException {
    return new Omissions(
        json.number("checkpoints"),
        json.number("filesDropped"),
        json.has("lowest")
            ? Optional.of(new Omissions.Period(time(json, "lowest"), time(json, "highest")))
            : Optional.empty(),
        json.number("databasesDropped"),
        json.number("prepared"));
  }

  private static Instant time(JsonObject json, String name) throws CorruptFileException {
    return json.value(name, Instant::parse);
  }
}
