package dev.walden.archive.fs;

import dev.walden.ArchiveConflictException;
import dev.walden.StorageUnavailableException;
import dev.walden.archive.storage.ObjectSource;
import dev.walden.archive.storage.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * Writes an object to a draft, which is synced, and only then published. Every failure of the file
 * system is a {@link StorageUnavailableException}.
 */
final class DraftWriter extends ObjectWriter {
  private static final int BUFFER_BYTES = 1 << 16;

  private final StorageRoot root;
  private final String name;
  private final Path draft;
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private final DurableFolders folders;
  private final Publication publication;

  DraftWriter(
      StorageRoot root, String name, Path draft, DurableFolders folders, Publication publication)
      throws IOException {
    this.root = root;
    this.name = name;
    this.draft = draft;
    this.channel = Drafts.create(draft);
    this.folders = folders;
    this.publication = publication;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    requireOpen();
    if (length > buffer.remaining()) {
      drain();
    }
    if (length < buffer.capacity()) {
      buffer.put(bytes, offset, length);
    } else {
      writeAll(ByteBuffer.wrap(bytes, offset, length));
    }
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    requireOpen();
    drain();
    writeAll(bytes);
  }

  private void requireOpen() throws IOException {
    if (!channel.isOpen()) {
      throw new IOException("the writer of " + name + " was committed, closed or interrupted");
    }
  }

  private void drain() throws StorageUnavailableException {
    writeAll(buffer.flip());
    buffer.clear();
  }

  private void writeAll(ByteBuffer data) throws StorageUnavailableException {
    int limit = data.limit();
    try {
      // an interruption is noticed between two pieces
      for (int left = data.remaining(); left > 0; left = limit - data.position()) {
        data.limit(data.position() + Math.min(left, ObjectSource.BUFFER_BYTES));
        channel.write(data);
      }
    } catch (IOException e) {
      throw root.unavailable("write " + name, e);
    }
  }

  @Override
  public void force() throws IOException {
    try {
      channel.force(false);
    } catch (IOException e) {
      // the system tells this once: a commit would not hear of it
      channel.close();
      throw root.unavailable("force " + name, e);
    }
  }

  @Override
  public void commit() throws IOException {
    if (!publish()) {
      throw new ArchiveConflictException(name + " exists already in " + root.path());
    }
  }

  /**
   * Makes the object durable under its name, unless that is taken.
   *
   * @return false if it is, by an object that is durable
   */
  boolean publish() throws IOException {
    requireOpen();
    drain();
    Path target = root.resolve(name);
    try (channel) {
      channel.force(true);
      root.verify();
      folders.require(target.getParent());
      boolean published = publication.publish(draft, target);
      DurableFolders.sync(target.getParent());
      if (!published && root.look(name).filter(BasicFileAttributes::isDirectory).isPresent()) {
        throw new ArchiveConflictException(name + " is a folder in " + root.path());
      }
      return published;
    } catch (StorageUnavailableException | ArchiveConflictException e) {
      throw e;
    } catch (IOException e) {
      throw root.unavailable("store " + name, e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
      Files.deleteIfExists(draft);
    } catch (IOException e) {
      throw root.unavailable("discard the draft of " + name, e);
    }
  }
}
