package dev.walden.recovery.agreement;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** An archive as a case sees it: as it is, or a copy in which a file is lost or damaged. */
record SeenArchive(Path folder, ArchiveStore archive, boolean intact) {

  static SeenArchive of(Path folder) throws IOException {
    return new SeenArchive(folder, open(folder), true);
  }

  private static ArchiveStore open(Path folder) throws IOException {
    return ArchiveStore.open(FileSystemStorage.at(folder), ArchiveSettings.defaults());
  }

  WalInventory inventory() throws IOException {
    return archive.inventory().withTails();
  }

  /** A copy in which a bit is flipped or a page is zeroed near a position. */
  SeenArchive damaged(Random random, WalSegment segment, Lsn place, Path copy) throws IOException {
    byte[] content;
    try (InputStream stream = archive.open(segment).orElseThrow()) {
      content = stream.readAllBytes();
    }
    int at = Math.min(content.length - 1, segment.size().offset(place) + random.nextInt(40));
    if (random.nextBoolean()) {
      content[at] ^= (byte) (1 << random.nextInt(8));
    } else {
      int page = at & -WalPageHeader.PAGE_SIZE;
      // no archive takes a file that does not begin as the segment must
      int from = page == 0 ? WalPageHeader.LONG : page;
      Arrays.fill(content, from, page + WalPageHeader.PAGE_SIZE, (byte) 0);
    }
    // first, since no archive takes a file that contradicts its neighbours
    link(copy, path -> !path.contains("/wal/"));
    open(copy).push(segment.fileName(), ObjectSource.of(content));
    link(copy, path -> path.contains("/wal/") && !isOf(segment.fileName(), path));
    return new SeenArchive(copy, open(copy), false);
  }

  /** A copy without a history, or without a segment after another one. */
  SeenArchive holed(Random random, long firstSegment, Path copy) throws IOException {
    List<WalFileName> names = new ArrayList<>();
    WalInventory inventory = inventory();
    inventory.histories().values().forEach(history -> names.add(history.fileName()));
    for (var timeline : inventory.timelines()) {
      for (var range : inventory.ranges(timeline)) {
        var segment =
            WalSegment.containing(timeline, range.start(), archive.cluster().segmentSize());
        for (; segment.start().isBefore(range.end()); segment = segment.next()) {
          if (segment.number() > firstSegment) {
            names.add(segment.fileName());
          }
        }
      }
    }
    WalFileName name = names.get(random.nextInt(names.size()));
    link(copy, path -> !isOf(name, path));
    return new SeenArchive(copy, open(copy), false);
  }

  private static boolean isOf(WalFileName name, String path) {
    String file = path.substring(path.lastIndexOf('/') + 1);
    return file.equals(name.toString()) || file.startsWith(name + ".");
  }

  /** Links files into a copy, but not the index, which would know what is lost. */
  private void link(Path copy, Predicate<String> which) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.toList()) {
        Path to = copy.resolve(folder.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(to);
        } else if (!path.toString().contains("/index/") && which.test(path.toString())) {
          Files.createLink(to, path);
        }
      }
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
