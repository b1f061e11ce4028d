package dev.walden.benchmarks;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.archive.s3.S3Clients;
import dev.walden.archive.s3.S3Storage;
import dev.walden.importing.WalImport;
import dev.walden.storage.Storage;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Pushes segments into an archive, or fetches them, some at a time. */
public final class MoveWal {
  private MoveWal() {}

  private interface Step {
    void run(ArchiveStore archive, Path segment) throws IOException;
  }

  /**
   * Arguments: {@code push} or {@code fetch}, the archive's folder or its address and path in the
   * bucket, the folder of the segments, how many at a time, and, to fetch, where to.
   */
  public static void main(String[] arguments) throws Exception {
    Path segments = Path.of(arguments[2]);
    Step step =
        arguments[0].equals("push")
            ? (archive, file) -> archive.push(name(file), file)
            : (archive, file) ->
                archive.fetch(name(file), Path.of(arguments[4]).resolve(file.getFileName()));
    if (arguments[0].equals("fetch")) {
      Files.createDirectories(Path.of(arguments[4]));
    }
    ExecutorService threads = Executors.newFixedThreadPool(Integer.parseInt(arguments[3]));
    try (ArchiveStore archive =
            ArchiveStore.openOrCreate(
                storage(arguments[1]),
                ArchiveSettings.defaults().indexing(false),
                WalImport.identity(segments));
        Stream<Path> files = Files.list(segments)) {
      List<Future<?>> steps = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        steps.add(
            threads.submit(
                () -> {
                  step.run(archive, file);
                  return null;
                }));
      }
      for (Future<?> each : steps) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static WalFileName name(Path file) {
    return WalFileName.parse(file.getFileName().toString());
  }

  private static Storage storage(String place) throws IOException {
    if (!place.startsWith("http")) {
      Path folder = Path.of(place);
      return Files.exists(folder)
          ? FileSystemStorage.at(folder)
          : FileSystemStorage.createAt(folder);
    }
    URI address = URI.create(place);
    S3Client client =
        S3Clients.portable(address.resolve("/"))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
            .build();
    return S3Storage.in(client, S3Server.BUCKET).prefix(address.getPath().substring(1)).open();
  }
}
