package dev.walden.archive.objects;

import dev.walden.codec.Decoder;
import dev.walden.wal.WalSegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which objects the index of a timeline has. */
public final class IndexListing {
  private final Map<String, String> objects = new HashMap<>();
  private final ArchiveLayout layout;

  /** Takes the names of all objects. */
  public IndexListing(ArchiveLayout layout, List<String> objectNames) {
    this.layout = layout;
    for (String name : objectNames) {
      // an encrypted one comes after the same unencrypted one
      objects.put(Decoder.plainName(name), name);
    }
  }

  /** The object with the outline of a segment alone. */
  public Optional<String> segment(WalSegment segment) {
    return Optional.ofNullable(objects.get(layout.segmentOutline(segment)));
  }

  /** The object with one outline for all segments that share the segment's first digits. */
  public Optional<String> condensed(WalSegment segment) {
    return Optional.ofNullable(objects.get(layout.condensedOutline(segment)));
  }

  /** The object with the outlines of all segments that share the segment's first digits. */
  public Optional<String> segments(WalSegment segment) {
    return Optional.ofNullable(objects.get(layout.segmentOutlines(segment)));
  }
}
