package dev.walden.examples.cli;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.archive.s3.S3Storage;
import dev.walden.archive.storage.Storage;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgeIdentityFile;
import dev.walden.codec.AgeRecipient;
import dev.walden.codec.Compression;
import dev.walden.codec.Encryption;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which archive, and how it is encoded: the same for all commands. */
final class ArchiveOptions {
  @Option(
      names = "--archive",
      required = true,
      paramLabel = "PLACE",
      description = "the archive's folder, or s3://bucket/path")
  private String archive;

  @Option(
      names = "--cluster",
      paramLabel = "ID",
      description = "the system identifier, if the place holds archives of several clusters")
  private String cluster;

  @Option(
      names = "--recipient",
      paramLabel = "age1…",
      description = "encrypt to this public key; may be repeated")
  private List<String> recipients = new ArrayList<>();

  @Option(
      names = "--identity",
      paramLabel = "FILE",
      description = "open what is encrypted with the keys in this file; may be repeated")
  private List<Path> identities = new ArrayList<>();

  @Option(
      names = "--compression",
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless set")
  private Compression compression = Compression.ZSTD;

  /** The options that name the same archive again, to be read only, for a command line. */
  List<String> again() {
    List<String> options =
        new ArrayList<>(List.of("--archive", isBucket() ? archive : absolute(Path.of(archive))));
    if (cluster != null) {
      options.addAll(List.of("--cluster", cluster));
    }
    identities.forEach(file -> options.addAll(List.of("--identity", absolute(file))));
    return options;
  }

  private static String absolute(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }

  ArchiveSettings settings() throws IOException {
    ArchiveSettings settings = ArchiveSettings.defaults().compression(compression);
    if (!recipients.isEmpty()) {
      settings =
          settings.encryption(
              Encryption.toRecipients(recipients.stream().map(AgeRecipient::parse).toList()));
    }
    for (Path file : identities) {
      for (AgeIdentity identity : AgeIdentityFile.read(file)) {
        settings = settings.decryptWith(identity);
      }
    }
    return settings;
  }

  /** To read it. */
  ArchiveStore open() throws IOException {
    return open(isBucket() ? bucket().readOnly().open() : FileSystemStorage.at(Path.of(archive)));
  }

  /** To write to it, too. */
  ArchiveStore openToWrite() throws IOException {
    return open(storage());
  }

  private ArchiveStore open(Storage storage) throws IOException {
    return cluster == null
        ? ArchiveStore.open(storage, settings())
        : ArchiveStore.open(storage, settings(), SystemIdentifier.parse(cluster));
  }

  /** To write to it, or to a new one. */
  ArchiveStore openOrCreate(ClusterIdentity identity) throws IOException {
    return ArchiveStore.openOrCreate(storage(), settings(), identity);
  }

  private Storage storage() throws IOException {
    return isBucket() ? bucket().open() : FileSystemStorage.at(Path.of(archive));
  }

  private boolean isBucket() {
    return archive.startsWith("s3:");
  }

  private S3Storage.Builder bucket() {
    return S3Storage.at(URI.create(archive));
  }
}
