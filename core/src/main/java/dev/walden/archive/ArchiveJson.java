package dev.walden.archive;

import dev.walden.ArchiveException;
import dev.walden.NotArchivedException;
import dev.walden.UnsupportedFormatException;
import dev.walden.WrongClusterException;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.FirstLevelNames;
import dev.walden.archive.objects.PlainObjects;
import dev.walden.archive.objects.SmallObjects;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.json.JsonObject;
import dev.walden.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code archive.json}: the format of an archive and the cluster it is bound to. */
final class ArchiveJson {
  private static final long FORMAT = 1;
  private static final int MAX_LENGTH = 1 << 16;

  private ArchiveJson() {}

  /**
   * Binds an archive to its cluster, once.
   *
   * @param besideOthers whether it may be the first of its cluster where there are others
   */
  static void bind(Storage storage, ClusterIdentity cluster, boolean besideOthers)
      throws IOException {
    String name = ArchiveLayout.archiveJson(cluster.systemIdentifier());
    byte[] content =
        JsonObject.create().with("format", FORMAT).with("cluster", cluster.toJson()).toBytes();
    // if it is there and complete, nothing need be written
    if (!new PlainObjects(storage).contains(name)) {
      if (!besideOthers) {
        requireNoOthers(storage, cluster.systemIdentifier());
      }
      SmallObjects.put(new PlainObjects(storage), name, content);
    }
    ClusterIdentity bound = read(storage, cluster.systemIdentifier());
    if (!bound.equals(cluster)) {
      throw new WrongClusterException(
          name + " in " + storage + " binds the archive to " + bound + ", not to " + cluster);
    }
  }

  private static void requireNoOthers(Storage storage, SystemIdentifier system) throws IOException {
    List<SystemIdentifier> others = list(storage);
    others.remove(system);
    if (!others.isEmpty()) {
      throw new WrongClusterException(
          storage
              + " holds the archive of cluster "
              + others.get(0)
              + ", and none of "
              + system
              + ". If both are to share this place, ask for it (openOrCreateBesideOthers,"
              + " --cluster "
              + system
              + "): whoever opens it must then name the cluster");
    }
  }

  static ClusterIdentity read(Storage storage, SystemIdentifier system) throws IOException {
    String name = ArchiveLayout.archiveJson(system);
    return parse(name, SmallObjects.read(new PlainObjects(storage), name, MAX_LENGTH));
  }

  private static ClusterIdentity parse(String name, byte[] content) throws ArchiveException {
    JsonObject json = JsonObject.parse(name, content);
    if (json.number("format") != FORMAT) {
      throw new UnsupportedFormatException(
          name + ": format " + json.number("format") + " is newer than this Walden reads (1)");
    }
    return ClusterIdentity.fromJson(json.object("cluster"));
  }

  static List<SystemIdentifier> list(Storage storage) throws IOException {
    List<SystemIdentifier> clusters = new ArrayList<>();
    for (String directory : FirstLevelNames.list(storage, "")) {
      Optional<SystemIdentifier> system = identifier(directory);
      if (system.isPresent() && storage.find(ArchiveLayout.archiveJson(system.get())).isPresent()) {
        clusters.add(system.get());
      }
    }
    return clusters;
  }

  private static Optional<SystemIdentifier> identifier(String text) {
    try {
      return Optional.of(SystemIdentifier.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static SystemIdentifier only(Storage storage) throws IOException {
    List<SystemIdentifier> clusters = list(storage);
    if (clusters.isEmpty()) {
      throw new NotArchivedException("no archive in " + storage);
    }
    if (clusters.size() > 1) {
      throw new IllegalArgumentException(
          storage + " holds archives of several clusters; name one of " + clusters);
    }
    return clusters.get(0);
  }
}
