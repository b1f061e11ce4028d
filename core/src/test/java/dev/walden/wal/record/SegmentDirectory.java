package dev.walden.wal.record;

import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The segments in a {@code pg_wal}. */
public record SegmentDirectory(Path path) implements WalSource {

  @Override
  public Optional<InputStream> open(WalSegment segment) throws IOException {
    try {
      return Optional.of(Files.newInputStream(path.resolve(segment.toString())));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Where the first segment begins that is there. */
  public Lsn start(WalSegmentSize size) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      String first =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.matches("[0-9A-F]{24}"))
              .min(String::compareTo)
              .orElseThrow();
      return ((WalFileName.Segment) WalFileName.parse(first)).segment(size).start();
    }
  }
}
