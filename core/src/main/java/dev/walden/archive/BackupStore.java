package dev.walden.archive;

import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.UnencryptedObjectException;
import dev.walden.UnsupportedFormatException;
import dev.walden.UntrustedObjectException;
import dev.walden.WrongClusterException;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.FirstLevelNames;
import dev.walden.archive.objects.PlainObjects;
import dev.walden.archive.objects.SmallObjects;
import dev.walden.archive.objects.VerifiedInputStream;
import dev.walden.backup.BackupId;
import dev.walden.backup.BackupObject;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.BaseBackupJson;
import dev.walden.backup.ObjectDigest;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.codec.Decoder;
import dev.walden.codec.DecryptionKeys;
import dev.walden.codec.TrustedWriters;
import dev.walden.storage.Storage;
import dev.walden.storage.reading.CopyReading;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Finding and reading base backups. */
final class BackupStore {
  /** A backup of a hundred thousand parts has a {@code backup.json} of about 20 MB. */
  static final int MAX_JSON = 64 << 20;

  private final Storage storage;
  private final PlainObjects plain;
  private final ArchiveSettings settings;
  private final ArchiveLayout layout;
  private final ClusterIdentity cluster;

  BackupStore(
      Storage storage, ArchiveSettings settings, ArchiveLayout layout, ClusterIdentity cluster) {
    this.storage = storage;
    this.plain = new PlainObjects(storage, settings.signer(), settings.keys().writers());
    this.settings = settings;
    this.layout = layout;
    this.cluster = cluster;
  }

  /** Of a storage that does not answer nothing is known, and it throws. */
  BackupListing list() throws IOException {
    List<BaseBackup> usable = new ArrayList<>();
    List<BackupListing.Unusable> unusable = new ArrayList<>();
    for (String directory : FirstLevelNames.list(storage, layout.backups())) {
      if (isBackupId(directory)) {
        BackupId id = new BackupId(directory);
        if (exists(id)) {
          try {
            usable.add(read(id));
          } catch (CorruptFileException
              | UnencryptedObjectException
              | UnsupportedFormatException
              | WrongClusterException e) {
            unusable.add(new BackupListing.Unusable(id, e.getMessage()));
          }
        }
      }
    }
    return new BackupListing(usable, unusable);
  }

  private static boolean isBackupId(String text) {
    try {
      new BackupId(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The digest of {@code backup.json} is written last of all. */
  private boolean exists(BackupId id) throws IOException {
    return plain.isComplete(layout.backupJson(id));
  }

  BaseBackup read(BackupId id) throws IOException {
    String name = layout.backupJson(id);
    if (!exists(id)) {
      throw new NotArchivedException("no complete backup " + id + " is in " + storage);
    }
    BaseBackup backup = parse(name);
    if (!backup.id().equals(id)) {
      throw new CorruptFileException(name, "describes backup " + backup.id());
    }
    if (!backup.cluster().equals(cluster)) {
      throw new WrongClusterException(name + " is of " + backup.cluster() + ", not of " + cluster);
    }
    requireEncrypted(backup);
    return backup;
  }

  /** What is signed holds the digests of all objects, which are not signed by themselves. */
  private BaseBackup parse(String name) throws IOException {
    try {
      BaseBackup backup = BaseBackupJson.parse(name, SmallObjects.read(plain, name, MAX_JSON));
      if (settings.writers(backup.endLsn()).demandSignatures()) {
        requireForgeryProof(name, backup);
      }
      return backup;
    } catch (UntrustedObjectException e) {
      PlainObjects unsigned = plain.signedBy(TrustedWriters.anybody());
      BaseBackup backup = BaseBackupJson.parse(name, SmallObjects.read(unsigned, name, MAX_JSON));
      if (settings.writers(backup.endLsn()).demandSignatures()) {
        throw e;
      }
      return backup;
    }
  }

  private static void requireForgeryProof(String name, BaseBackup backup)
      throws UntrustedObjectException {
    for (BackupObject object : backup.objects()) {
      if (object.digest().algorithm() != ObjectDigest.Algorithm.SHA256) {
        throw new UntrustedObjectException(
            name,
            "is signed, but "
                + object.name()
                + " has only a "
                + object.digest().algorithm()
                + ", which anybody can forge");
      }
    }
  }

  /** Refuses a backup of which an object must be encrypted and is not. */
  private void requireEncrypted(BaseBackup backup) throws UnencryptedObjectException {
    for (BackupObject object : backup.objects()) {
      String name = layout.backupObject(backup.id(), object.name());
      if (!settings.admits(name, backup.endLsn())) {
        throw new UnencryptedObjectException(name, storage.toString());
      }
    }
  }

  InputStream open(BaseBackup backup, BackupObject object) throws IOException {
    String name = layout.backupObject(backup.id(), object.name());
    if (!settings.admits(name, backup.endLsn())) {
      throw new UnencryptedObjectException(name, storage.toString());
    }
    return CopyReading.open(
        name,
        storage,
        copy -> open(copy, name, object),
        Decoder.provesAsItReads(name, settings.keys().writers()));
  }

  private InputStream open(Storage copy, String name, BackupObject object) throws IOException {
    VerifiedInputStream verified =
        new VerifiedInputStream(
            name, copy.open(name), object.storedBytes(), object.digest(), "backup.json");
    // backup.json, which is signed, says what its digest is
    DecryptionKeys keys = settings.keys().trusting(TrustedWriters.anybody());
    return Decoder.decode(name, verified, keys, object.plainBytes());
  }
}
