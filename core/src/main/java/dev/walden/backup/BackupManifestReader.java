package dev.walden.backup;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.cluster.SystemIdentifier;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code backup_manifest} file by file, in memory that does not grow with the number of
 * files. Used by one thread.
 *
 * <p>The manifest's own checksum is in its last line. {@link #nextFile} returns empty only if that
 * checksum is right; until then, nothing that was read is verified.
 *
 * <p>Only what PostgreSQL writes is accepted: its keys, each once, those of the manifest in order.
 *
 * <p>Source: {@code src/backend/backup/backup_manifest.c}, {@code src/common/parse_manifest.c}.
 */
public final class BackupManifestReader implements Closeable {
  /** The name of the file in a backup. */
  public static final String FILE_NAME = "backup_manifest";

  private static final int MAX_WAL_RANGES = 10_000;
  private static final Set<String> FILE_STRINGS =
      Set.of("Path", "Encoded-Path", "Last-Modified", "Checksum-Algorithm", "Checksum");
  private static final Set<String> FILE_NUMBERS = Set.of("Size");
  private static final Set<String> RANGE_STRINGS = Set.of("Start-LSN", "End-LSN");
  private static final Set<String> RANGE_NUMBERS = Set.of("Timeline");

  private enum State {
    FILES,
    VERIFIED,
    FAILED
  }

  private final String name;
  private final ManifestTail in;
  private final ManifestTokens tokens;
  private final int version;
  private final @Nullable SystemIdentifier systemIdentifier;
  private final List<WalRange> walRanges = new ArrayList<>();
  private State state = State.FILES;

  private BackupManifestReader(String name, ManifestTail in) throws IOException {
    this.name = name;
    this.in = in;
    this.tokens = new ManifestTokens(name, in);
    tokens.objectBegins();
    this.version = version(tokens.number("PostgreSQL-Backup-Manifest-Version"));
    this.systemIdentifier = version == 1 ? null : identifier(tokens.number("System-Identifier"));
    tokens.arrayBegins("Files");
  }

  /**
   * Reads a manifest up to its files. The stream is closed by {@link #close}, and when this throws.
   *
   * @param name the manifest's name in error messages
   * @throws CorruptFileException if it is not a manifest
   * @throws UnsupportedFormatException if its version is neither 1 nor 2
   * @throws IOException if the stream failed
   */
  public static BackupManifestReader open(String name, InputStream in) throws IOException {
    try {
      return new BackupManifestReader(name, new ManifestTail(in));
    } catch (IOException | RuntimeException e) {
      try (in) {
        throw e;
      }
    }
  }

  private int version(String number) throws CorruptFileException, UnsupportedFormatException {
    if (!number.equals("1") && !number.equals("2")) {
      throw new UnsupportedFormatException(
          name + " is a backup manifest of version " + number + "; Walden supports 1 and 2");
    }
    return Integer.parseInt(number);
  }

  private SystemIdentifier identifier(String number) throws CorruptFileException {
    try {
      return SystemIdentifier.parse(number);
    } catch (IllegalArgumentException e) {
      throw tokens.corrupt(e.getMessage());
    }
  }

  /** 1 up to PostgreSQL 16, 2 from 17 on. */
  public int version() {
    return version;
  }

  /** The cluster's system identifier; absent in version 1. */
  public Optional<SystemIdentifier> systemIdentifier() {
    return Optional.ofNullable(systemIdentifier);
  }

  /**
   * Reads the next file of the manifest, in order. After the last one, reads the rest and verifies
   * the whole.
   *
   * @return empty if there are no more files and the manifest is intact
   * @throws CorruptFileException if it is not as PostgreSQL writes it, or its checksum does not
   *     match its content
   * @throws IOException if the stream failed
   * @throws IllegalStateException if an earlier read failed
   */
  public Optional<ManifestFile> nextFile() throws IOException {
    if (state == State.VERIFIED) {
      return Optional.empty();
    }
    if (state == State.FAILED) {
      throw new IllegalStateException("an earlier read of " + name + " failed");
    }
    state = State.FAILED;
    Map<String, String> values = tokens.element(FILE_STRINGS, FILE_NUMBERS);
    Optional<ManifestFile> file = Optional.empty();
    if (values == null) {
      readRest();
      state = State.VERIFIED;
    } else {
      file = Optional.of(file(values));
      state = State.FILES;
    }
    return file;
  }

  private ManifestFile file(Map<String, String> values) throws CorruptFileException {
    try {
      return ManifestNotation.file(values);
    } catch (IllegalArgumentException e) {
      throw tokens.corrupt(e.getMessage());
    }
  }

  private void readRest() throws IOException {
    tokens.arrayBegins("WAL-Ranges");
    Map<String, String> values = tokens.element(RANGE_STRINGS, RANGE_NUMBERS);
    while (values != null) {
      walRanges.add(range(values));
      values = tokens.element(RANGE_STRINGS, RANGE_NUMBERS);
    }
    tokens.string("Manifest-Checksum");
    tokens.objectEnds();
    tokens.fileEnds();
    String expected = in.expectedLastLine();
    if (!in.lastLine().equals(expected)) {
      throw new CorruptFileException(
          name, "altered or damaged: its content requires the last line " + expected.strip());
    }
  }

  private WalRange range(Map<String, String> values) throws CorruptFileException {
    if (walRanges.size() == MAX_WAL_RANGES) {
      throw tokens.corrupt("more than " + MAX_WAL_RANGES + " WAL ranges");
    }
    try {
      return ManifestNotation.range(values);
    } catch (IllegalArgumentException e) {
      throw tokens.corrupt(e.getMessage());
    }
  }

  /**
   * The WAL that the backup needs, the newest timeline first.
   *
   * @throws IllegalStateException unless {@link #nextFile} has returned empty
   */
  public List<WalRange> walRanges() {
    if (state != State.VERIFIED) {
      throw new IllegalStateException(name + " has not been read to its end");
    }
    return List.copyOf(walRanges);
  }

  /** Closes the stream. */
  @Override
  public void close() throws IOException {
    in.close();
  }
}
