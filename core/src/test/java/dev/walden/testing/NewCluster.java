package dev.walden.testing;

import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * A cluster made by {@code initdb}. The result stays in one of the {@link KeptFolders}, and
 * clusters are copies of it, which takes a fraction of the time.
 *
 * @param more additional arguments for {@code initdb}
 */
record NewCluster(
    PostgresBinaries binaries, ServerAccount account, WalSegmentSize size, List<String> more) {
  private static final Duration COPY_LIMIT = Duration.ofSeconds(60);
  // Self-contained arguments: others name files whose content matters too.
  private static final Set<String> COPIED = Set.of("--data-checksums", "--no-data-checksums");

  /** Creates the cluster in a folder that must be absent or empty. */
  void in(DataDirectory data) throws IOException, InterruptedException {
    if (!isCopied()) {
      data.initialise(binaries, account, arguments());
      return;
    }
    Path kept =
        KeptFolders.ofThisUser()
            .get(
                name(),
                draft -> new DataDirectory(draft).initialise(binaries, account, arguments()));
    data.requireEmpty();
    ExternalCommand.run(COPY_LIMIT, List.of("cp", "-a", kept + "/.", data.path().toString()));
    NewIdentity.give(data.path());
  }

  /** Clusters with large segments would take too much space. */
  private boolean isCopied() {
    return COPIED.containsAll(more) && size.bytes() <= WalSegmentSize.DEFAULT.bytes();
  }

  private List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add("--username=postgres");
    arguments.add("--auth=trust");
    arguments.add("--encoding=UTF8");
    arguments.add("--locale=C");
    arguments.add("--no-sync");
    arguments.add("--wal-segsize=" + (size.bytes() >>> 20));
    arguments.addAll(more);
    return arguments;
  }

  /** A name that differs for different clusters. */
  private String name() {
    String all =
        String.join(
            "\n",
            binaries.toString(),
            binaries.version(),
            account.name(),
            ZoneId.systemDefault().getId(),
            arguments().toString());
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
      return "cluster-" + binaries.major() + "-" + HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
