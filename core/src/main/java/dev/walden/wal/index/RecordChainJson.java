package dev.walden.wal.index;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.cluster.PgVersion;
import dev.walden.json.JsonObject;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.RecordChain;
import dev.walden.wal.record.RecordFragment;
import dev.walden.wal.record.WalEnd;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;

/** The chain of an outline as members of its JSON object. */
final class RecordChainJson {
  private RecordChainJson() {}

  static JsonObject object(RecordChain chain) {
    JsonObject json =
        JsonObject.create()
            .with("firstSegment", chain.firstSegment().toString())
            .with("lastSegment", chain.lastSegment().toString())
            .with("version", chain.version().major())
            .with("records", chain.records());
    chain.head().ifPresent(head -> json.with("head", object(head)));
    chain
        .first()
        .ifPresent(
            first -> {
              json.with("firstRecord", first.lsn().toString());
              first.previous().ifPresent(link -> json.with("previousRecord", link.toString()));
            });
    chain
        .last()
        .ifPresent(
            last -> {
              last.lsn().ifPresent(lsn -> json.with("lastRecord", lsn.toString()));
              json.with("lastRecordEnd", last.endLsn().toString());
            });
    chain
        .tail()
        .ifPresent(
            tail ->
                json.with(
                    "tail",
                    with(JsonObject.create().with("lsn", tail.lsn().toString()), tail.fragment())));
    chain.end().ifPresent(reason -> json.with("end", reason.name()));
    return json;
  }

  private static JsonObject object(RecordChain.Head head) {
    JsonObject json =
        JsonObject.create().with("remaining", head.remaining()).with("fate", head.fate().name());
    head.at().ifPresent(at -> json.with("at", at.toString()));
    return with(json, head.fragment());
  }

  private static JsonObject with(JsonObject json, RecordFragment fragment) {
    return json.with("length", fragment.length())
        .with("crc32c", Integer.toUnsignedLong(fragment.checksum()))
        .with("bytes", Base64.getEncoder().encodeToString(fragment.bytes()));
  }

  static RecordChain chain(JsonObject json, WalSegmentSize size) throws ArchiveException {
    return new RecordChain(
        json.value("firstSegment", name -> segment(name, size)),
        json.value("lastSegment", name -> segment(name, size)),
        PgVersion.ofMajor(json.number("version", Math::toIntExact)),
        json.number("records"),
        head(json),
        first(json),
        last(json),
        tail(json),
        optional(json, "end", WalEnd.Reason::valueOf));
  }

  private static WalSegment segment(String name, WalSegmentSize size) {
    if (WalFileName.parse(name) instanceof WalFileName.Segment segment) {
      return segment.segment(size);
    }
    throw new IllegalArgumentException(name + " is no segment");
  }

  private static Optional<RecordChain.Head> head(JsonObject json) throws CorruptFileException {
    Optional<JsonObject> head = json.optionalObject("head");
    return head.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new RecordChain.Head(
                head.get().number("remaining"),
                fragment(head.get()),
                head.get().value("fate", RecordChain.Fate::valueOf),
                optional(head.get(), "at", Lsn::parse)));
  }

  private static Optional<RecordChain.First> first(JsonObject json) throws CorruptFileException {
    Optional<Lsn> previous = optional(json, "previousRecord", Lsn::parse);
    return optional(json, "firstRecord", Lsn::parse)
        .map(lsn -> new RecordChain.First(lsn, previous));
  }

  private static Optional<RecordChain.Last> last(JsonObject json) throws CorruptFileException {
    Optional<Lsn> lsn = optional(json, "lastRecord", Lsn::parse);
    return optional(json, "lastRecordEnd", Lsn::parse).map(end -> new RecordChain.Last(lsn, end));
  }

  private static Optional<RecordChain.Tail> tail(JsonObject json) throws CorruptFileException {
    Optional<JsonObject> tail = json.optionalObject("tail");
    return tail.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new RecordChain.Tail(tail.get().value("lsn", Lsn::parse), fragment(tail.get())));
  }

  private static RecordFragment fragment(JsonObject json) throws CorruptFileException {
    return new RecordFragment(
        json.number("length"),
        json.number("crc32c", number -> Integer.parseUnsignedInt(Long.toString(number))),
        json.value("bytes", Base64.getDecoder()::decode));
  }

  private static <T> Optional<T> optional(JsonObject json, String name, Function<String, T> parser)
      throws CorruptFileException {
    return json.optionalText(name).isPresent()
        ? Optional.of(json.value(name, parser))
        : Optional.empty();
  }
}
