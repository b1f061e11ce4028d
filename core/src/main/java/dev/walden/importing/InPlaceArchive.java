package dev.walden.importing;

import dev.walden.NotArchivedException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.codec.Compression;
import dev.walden.storage.Storage;
import java.io.IOException;

/**
 * An archive of what lies in other tools' folders, without a copy of it. {@link WalImport} and
 * {@link BackupImport} check every byte as they always do, but whole segments and the parts of
 * backups stay where they are: kept are digests, the index, and where everything lies. Plans,
 * restores and a {@code restore_command} work as with any archive, and read from those folders.
 *
 * <p>What is in the folders must stay there, as it is: it is compared with its digest whenever it
 * is read. What is missing then is a {@link dev.walden.StorageUnavailableException}, never an
 * absent file, and what has changed a {@link dev.walden.CorruptFileException}.
 *
 * <p>Beginnings of segments, histories, and what is pushed or backed up into such an archive are
 * kept like in any other, uncompressed and not encrypted.
 */
public final class InPlaceArchive {
  private InPlaceArchive() {}

  /**
   * Opens the archive of a cluster, and creates it first if there is none.
   *
   * @param kept where digests, index and references are kept; closed with the archive. An archive
   *     that is not in place may lie there, too
   * @throws dev.walden.WrongClusterException see {@link ArchiveStore#openOrCreate}
   */
  public static ArchiveStore openOrCreate(Storage kept, ClusterIdentity cluster)
      throws IOException {
    return ArchiveStore.openOrCreate(new InPlaceStorage(kept), settings(), cluster);
  }

  /**
   * Opens the only such archive in a storage.
   *
   * @throws NotArchivedException if there is none
   * @throws IllegalArgumentException if there are several
   */
  public static ArchiveStore open(Storage kept) throws IOException {
    return ArchiveStore.open(new InPlaceStorage(kept), settings());
  }

  /**
   * Opens such an archive of a cluster.
   *
   * @throws NotArchivedException if there is none
   */
  public static ArchiveStore open(Storage kept, SystemIdentifier system) throws IOException {
    return ArchiveStore.open(new InPlaceStorage(kept), settings(), system);
  }

  /** What is encoded cannot be what lies in a folder. */
  private static ArchiveSettings settings() {
    return ArchiveSettings.defaults().compression(Compression.NONE);
  }
}
