package dev.walden.archive.objects;

import dev.walden.StorageUnavailableException;
import dev.walden.codec.Codec;
import dev.walden.codec.EncodingOutputStream;
import dev.walden.codec.Provenance;
import dev.walden.storage.ObjectSource;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A source's bytes after compression and encryption, of known length and readable again: in memory
 * while they are few, else in a temporary file.
 */
public final class EncodedObject implements ObjectSource, Closeable {
  private static final int MAX_IN_MEMORY = 8 << 20;

  private final Path temporaryDirectory;
  private ChunkedBuffer memory = new ChunkedBuffer();
  private @Nullable Path file;
  private @Nullable OutputStream fileOut;
  private long length;

  private EncodedObject(Path temporaryDirectory) {
    this.temporaryDirectory = temporaryDirectory;
  }

  /**
   * Encodes a source.
   *
   * @param provenance what the source's bytes are, if it is to be stored with them
   */
  public static EncodedObject encode(
      ObjectSource source, Codec codec, Optional<Provenance> provenance, Path temporaryDirectory)
      throws IOException {
    EncodedObject object = new EncodedObject(temporaryDirectory);
    try (EncodingOutputStream out = begin(codec, object.sink(), provenance)) {
      source.copyTo(out);
      out.finish();
      object.finish();
      return object;
    } catch (IOException | RuntimeException | Error e) {
      object.discard(e);
      throw e;
    }
  }

  /** What could not be written fails once more when it is closed. */
  private void discard(Throwable failure) {
    try {
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  static EncodingOutputStream begin(Codec codec, OutputStream sink, Optional<Provenance> provenance)
      throws IOException {
    return provenance.isPresent() ? codec.encode(sink, provenance.get()) : codec.encode(sink);
  }

  private OutputStream sink() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int count) throws IOException {
        try {
          if (fileOut == null && length + count > MAX_IN_MEMORY) {
            spill();
          }
          if (fileOut == null) {
            memory.write(bytes, offset, count);
          } else {
            fileOut.write(bytes, offset, count);
          }
        } catch (ClosedChannelException e) {
          throw e;
        } catch (IOException e) {
          throw noRoom(e);
        }
        length += count;
      }
    };
  }

  private void spill() throws IOException {
    file = Files.createTempFile(temporaryDirectory, "walden-", ".tmp");
    fileOut = new BufferedOutputStream(Files.newOutputStream(file), 1 << 18);
    memory.writeTo(fileOut);
    memory = new ChunkedBuffer();
  }

  private void finish() throws IOException {
    if (fileOut != null) {
      try {
        fileOut.close();
      } catch (ClosedChannelException e) {
        throw e;
      } catch (IOException e) {
        throw noRoom(e);
      }
    }
  }

  /** A full disk may have room later. */
  private StorageUnavailableException noRoom(IOException e) {
    return new StorageUnavailableException("no room in " + temporaryDirectory + ": " + e, e);
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public InputStream open() throws IOException {
    return file == null ? memory.open() : Files.newInputStream(file);
  }

  @Override
  public void copyTo(OutputStream out) throws IOException {
    if (file == null) {
      memory.writeTo(out);
    } else {
      ObjectSource.super.copyTo(out);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (fileOut != null) {
        fileOut.close();
      }
    } finally {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    }
  }
}
