package dev.walden.examples.cli;

import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.archive.s3.S3Storage;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgeIdentityFile;
import dev.walden.codec.AgeRecipient;
import dev.walden.codec.Compression;
import dev.walden.codec.Encryption;
import dev.walden.codec.WriterKey;
import dev.walden.codec.WriterPublicKey;
import dev.walden.importing.InPlaceArchive;
import dev.walden.storage.Storage;
import dev.walden.storage.copies.CopiedStorage;
import dev.walden.wal.Lsn;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The archive and its encoding: the options of all commands. */
final class ArchiveOptions {
  private static final Duration CLOSING_TIME = Duration.ofSeconds(30);

  @Option(
      names = "--archive",
      required = true,
      paramLabel = "PLACE",
      description = {
        "the archive's folder, or s3://bucket/path; if repeated, copies of one archive,",
        "nearest first, always in the same order"
      })
  private List<String> places;

  @Option(
      names = "--copies-required",
      paramLabel = "COUNT",
      description = "how many copies must be durable; default: all")
  private Integer required;

  @Option(
      names = "--cluster",
      paramLabel = "ID",
      description = {
        "the system identifier, if the place holds archives of several clusters, or is to",
        "hold that of this one, too"
      })
  private String cluster;

  @Option(
      names = "--recipient",
      paramLabel = "age1…",
      description = "encrypt to this public key; may be repeated")
  private List<String> recipients = new ArrayList<>();

  @Option(
      names = "--identity",
      paramLabel = "FILE",
      description = "decrypt with the keys in this file; may be repeated")
  private List<Path> identities = new ArrayList<>();

  @Option(
      names = "--encrypted-from",
      paramLabel = "LSN",
      description = {
        "with --recipient or --identity only encrypted objects are read;",
        "WAL and backups that end before this position may be unencrypted"
      })
  private String encryptedFrom;

  @Option(
      names = "--sign-with",
      paramLabel = "FILE",
      description = "sign what is stored with the secret writer's key in this file")
  private Path signer;

  @Option(
      names = "--trust-writer",
      paramLabel = "FILE",
      description = {
        "read only what is signed by the writer whose public key is in this file;",
        "may be repeated"
      })
  private List<Path> writers = new ArrayList<>();

  @Option(
      names = "--signed-from",
      paramLabel = "LSN",
      description = {
        "with --trust-writer: WAL, histories and backups that end before this position",
        "may be unsigned"
      })
  private String signedFrom;

  @Option(
      names = "--compression",
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private Compression compression = Compression.ZSTD;

  @Option(
      names = "--in-place",
      description = {
        "the archive refers to other tools' folders, as import --in-place creates it;",
        "it is neither compressed nor encrypted"
      })
  private boolean inPlace;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Command line options for reading the same archive, whatever the place holds by then. */
  List<String> again(ArchiveStore opened) {
    List<String> options = new ArrayList<>();
    for (String place : places) {
      options.addAll(List.of("--archive", isBucket(place) ? place : absolute(Path.of(place))));
    }
    options.addAll(List.of("--cluster", opened.cluster().systemIdentifier().toString()));
    identities.forEach(file -> options.addAll(List.of("--identity", absolute(file))));
    if (encryptedFrom != null) {
      options.addAll(List.of("--encrypted-from", encryptedFrom));
    }
    writers.forEach(file -> options.addAll(List.of("--trust-writer", absolute(file))));
    if (signedFrom != null) {
      options.addAll(List.of("--signed-from", signedFrom));
    }
    if (inPlace) {
      options.add("--in-place");
    }
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
    if (encryptedFrom != null) {
      settings = settings.encryptedFrom(Lsn.parse(encryptedFrom));
    }
    return signing(settings);
  }

  private ArchiveSettings signing(ArchiveSettings unsigned) throws IOException {
    ArchiveSettings settings = unsigned;
    if (signer != null) {
      settings = settings.signWith(WriterKey.read(signer));
    }
    for (Path file : writers) {
      settings = settings.trustWriter(WriterPublicKey.read(file));
    }
    return signedFrom == null ? settings : settings.signedFrom(Lsn.parse(signedFrom));
  }

  /** Opens the archive for reading. */
  ArchiveStore open() throws IOException {
    return open(storage(true));
  }

  /** Opens the archive for writing. */
  ArchiveStore openToWrite() throws IOException {
    return open(storage(false));
  }

  private ArchiveStore open(Storage storage) throws IOException {
    ArchiveStore archive;
    if (inPlace) {
      requireNoKeys();
      archive =
          cluster == null
              ? InPlaceArchive.open(storage)
              : InPlaceArchive.open(storage, SystemIdentifier.parse(cluster));
    } else {
      archive =
          cluster == null
              ? ArchiveStore.open(storage, settings())
              : ArchiveStore.open(storage, settings(), SystemIdentifier.parse(cluster));
    }
    return archive.closingStorage();
  }

  /**
   * Opens the archive for writing, and creates it if there is none; where there are archives of
   * other clusters, only if this one is named.
   */
  ArchiveStore openOrCreate(ClusterIdentity identity) throws IOException {
    return opened(identity).closingStorage();
  }

  private ArchiveStore opened(ClusterIdentity identity) throws IOException {
    if (inPlace) {
      requireNoKeys();
    }
    if (cluster == null) {
      return inPlace
          ? InPlaceArchive.openOrCreate(storage(false), identity)
          : ArchiveStore.openOrCreate(storage(false), settings(), identity);
    }
    if (!SystemIdentifier.parse(cluster).equals(identity.systemIdentifier())) {
      throw new WrongClusterException("this is " + identity + ", but --cluster names " + cluster);
    }
    return inPlace
        ? InPlaceArchive.openOrCreateBesideOthers(storage(false), identity)
        : ArchiveStore.openOrCreateBesideOthers(storage(false), settings(), identity);
  }

  private void requireNoKeys() {
    if (!recipients.isEmpty() || !identities.isEmpty() || signer != null || !writers.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "an archive --in-place is neither encrypted nor signed: --recipient, --identity,"
              + " --sign-with and --trust-writer are not allowed");
    }
  }

  /** All copies, for repair. */
  CopiedStorage copies() {
    return copies(false);
  }

  private Storage storage(boolean readOnly) throws IOException {
    if (places.size() > 1 || required != null) {
      return copies(readOnly);
    }
    return storage(places.get(0), readOnly);
  }

  private CopiedStorage copies(boolean readOnly) {
    CopiedStorage.Builder builder = CopiedStorage.of();
    for (String place : places) {
      builder.copy(place, () -> storage(place, readOnly));
    }
    if (required != null) {
      builder.required(required);
    }
    return builder.closingTime(CLOSING_TIME).open();
  }

  private static Storage storage(String place, boolean readOnly) throws IOException {
    if (!isBucket(place)) {
      return FileSystemStorage.at(Path.of(place));
    }
    S3Storage.Builder bucket = S3Storage.at(URI.create(place));
    return readOnly ? bucket.readOnly().open() : bucket.open();
  }

  private static boolean isBucket(String place) {
    return place.startsWith("s3:");
  }
}
