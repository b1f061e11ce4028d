package dev.walden.recovery.journey;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * WAL in a plain folder, as a {@code restore_command} of {@code cp} has it; seen from a case in
 * which some files are absent and others are replaced.
 */
public record WalFolder(ClusterIdentity cluster, Path wal, Path seen) {

  /** Brings everything that an archive holds. */
  public static WalFolder of(ArchiveStore archive, Path wal, Path seen) throws IOException {
    Files.createDirectories(wal);
    WalInventory inventory = archive.inventory();
    List<WalFileName> names = new ArrayList<>();
    inventory.histories().values().forEach(history -> names.add(history.fileName()));
    for (var timeline : inventory.timelines()) {
      for (var range : inventory.ranges(timeline)) {
        var segment =
            WalSegment.containing(timeline, range.start(), archive.cluster().segmentSize());
        for (; segment.start().isBefore(range.end()); segment = segment.next()) {
          names.add(segment.fileName());
        }
      }
    }
    for (WalFileName name : names) {
      archive.fetch(name, wal.resolve(name.toString()));
    }
    return new WalFolder(archive.cluster(), wal, seen);
  }

  public WalFolder seenFrom(Path other) throws IOException {
    Files.createDirectories(other.resolve("absent"));
    Files.createDirectories(other.resolve("instead"));
    return new WalFolder(cluster, wal, other);
  }

  /** Whether nothing is absent or replaced. */
  public boolean intact() throws IOException {
    try (Stream<Path> absent = Files.list(seen.resolve("absent"));
        Stream<Path> instead = Files.list(seen.resolve("instead"))) {
      return absent.findAny().isEmpty() && instead.findAny().isEmpty();
    }
  }

  /** Flips a bit or zeroes a page near a position. */
  public void damage(Random random, WalSegment segment, Lsn place) throws IOException {
    byte[] content = Files.readAllBytes(wal.resolve(segment.toString()));
    int at = Math.min(content.length - 1, segment.size().offset(place) + random.nextInt(40));
    if (random.nextBoolean()) {
      content[at] ^= (byte) (1 << random.nextInt(8));
    } else {
      int page = at & -WalPageHeader.PAGE_SIZE;
      Arrays.fill(content, page, page + WalPageHeader.PAGE_SIZE, (byte) 0);
    }
    Files.write(seen.resolve("instead").resolve(segment.toString()), content);
  }

  /** Takes a history away, or a segment behind another one. */
  public void lose(Random random, long firstSegment) throws IOException {
    List<WalFileName> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(wal)) {
      for (String text : files.map(path -> path.getFileName().toString()).sorted().toList()) {
        WalFileName name = WalFileName.parse(text);
        boolean early =
            name instanceof WalFileName.Segment segment
                && segment.segment(cluster.segmentSize()).number() <= firstSegment;
        if (!early) {
          names.add(name);
        }
      }
    }
    String lost = names.get(random.nextInt(names.size())).toString();
    Files.createFile(seen.resolve("absent").resolve(lost));
  }

  /** The shell command that does the same, and writes down what it is asked for. */
  public String restoreCommand() throws IOException {
    Path script = seen.resolve("restore.sh");
    Files.writeString(
        script,
        String.join(
            "\n",
            "echo \"$1\" >> '" + trace() + "'",
            "[ -e '" + seen + "/absent/'\"$1\" ] && exit 1",
            "[ -e '" + seen + "/instead/'\"$1\" ] && exec cp '" + seen + "/instead/'\"$1\" \"$2\"",
            "[ -e '" + wal + "/'\"$1\" ] || exit 1",
            "exec cp '" + wal + "/'\"$1\" \"$2\"",
            ""),
        StandardCharsets.UTF_8);
    return "sh '" + script + "' %f %p";
  }

  private Path trace() {
    return seen.resolve("trace");
  }

  public List<String> asked() throws IOException {
    return Files.exists(trace()) ? Files.readAllLines(trace()) : List.of();
  }

  private Optional<Path> file(String name) {
    if (Files.exists(seen.resolve("absent").resolve(name))) {
      return Optional.empty();
    }
    Path instead = seen.resolve("instead").resolve(name);
    return Optional.of(Files.exists(instead) ? instead : wal.resolve(name)).filter(Files::exists);
  }

  public Optional<InputStream> open(WalSegment segment) throws IOException {
    Optional<Path> file = file(segment.toString());
    return file.isPresent() ? Optional.of(Files.newInputStream(file.get())) : Optional.empty();
  }

  public WalInventory inventory() throws IOException {
    WalInventory.Builder inventory = new WalInventory.Builder(cluster);
    List<String> names;
    try (Stream<Path> files = Files.list(wal)) {
      names = files.map(path -> path.getFileName().toString()).sorted().toList();
    }
    for (String text : names) {
      Optional<Path> file = file(text);
      WalFileName name = WalFileName.parse(text);
      if (file.isPresent() && name instanceof WalFileName.Segment segment) {
        inventory.segment(segment.segment(cluster.segmentSize()), Files.size(file.get()));
      } else if (file.isPresent() && name instanceof WalFileName.History history) {
        inventory.history(
            TimelineHistory.parse(history.timeline(), Files.readAllBytes(file.get())));
      }
    }
    return inventory.build();
  }
}
