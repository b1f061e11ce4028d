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
 * An archive over other tools' folders, without a copy of their files. {@link WalImport} and {@link
 * BackupImport} check every byte as usual, but whole segments and backup parts stay in place: only
 * digests, the index and references are stored. Plans, restores and a {@code restore_command} work
 * as with any archive, and read from those folders.
 *
 * <p>The files must stay in the folders unchanged: they are compared with their digests whenever
 * they are read. A missing file is a {@link dev.walden.StorageUnavailableException}, never an
 * absent object, and a changed one a {@link dev.walden.CorruptFileException}.
 *
 * <p>Beginnings of segments, histories, and whatever is pushed or backed up into such an archive
 * are stored as in any other, neither compressed nor encrypted.
 */
public final class InPlaceArchive {
  private InPlaceArchive() {}

  /**
   * Opens the archive of a cluster, and creates it if there is none.
   *
   * @param kept the storage of digests, index and references; its opener closes it. It may also
   *     hold an ordinary archive
   * @throws dev.walden.WrongClusterException see {@link ArchiveStore#openOrCreate}
   */
  public static ArchiveStore openOrCreate(Storage kept, ClusterIdentity cluster)
      throws IOException {
    return ArchiveStore.openOrCreate(new InPlaceStorage(kept), settings(), cluster);
  }

  /**
   * The same where archives of other clusters may be.
   *
   * @throws dev.walden.WrongClusterException see {@link ArchiveStore#openOrCreateBesideOthers}
   */
  public static ArchiveStore openOrCreateBesideOthers(Storage kept, ClusterIdentity cluster)
      throws IOException {
    return ArchiveStore.openOrCreateBesideOthers(new InPlaceStorage(kept), settings(), cluster);
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

  /** Objects must not be encoded, to equal the files in the folders. */
  private static ArchiveSettings settings() {
    return ArchiveSettings.defaults().compression(Compression.NONE);
  }
}
