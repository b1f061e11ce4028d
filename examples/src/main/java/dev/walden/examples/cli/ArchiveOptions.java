package dev.walden.examples.cli;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgeIdentityFile;
import dev.walden.codec.AgeRecipient;
import dev.walden.codec.Compression;
import dev.walden.codec.Encryption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which archive, and how it is encoded: the same for all commands. */
final class ArchiveOptions {
  @Option(
      names = "--archive",
      required = true,
      paramLabel = "DIR",
      description = "the folder of the archive")
  private Path archive;

  @Option(
      names = "--cluster",
      paramLabel = "ID",
      description = "the system identifier, if the folder holds archives of several clusters")
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
    List<String> options = new ArrayList<>(List.of("--archive", absolute(archive)));
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

  ArchiveStore open() throws IOException {
    FileSystemStorage storage = FileSystemStorage.at(archive);
    return cluster == null
        ? ArchiveStore.open(storage, settings())
        : ArchiveStore.open(storage, settings(), SystemIdentifier.parse(cluster));
  }

  ArchiveStore openOrCreate(ClusterIdentity identity) throws IOException {
    return ArchiveStore.openOrCreate(FileSystemStorage.at(archive), settings(), identity);
  }
}
