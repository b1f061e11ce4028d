package dev.walden.archive.fs;

import dev.walden.ArchiveConflictException;
import dev.walden.StorageUnavailableException;
import dev.walden.files.DurableFiles;
import dev.walden.storage.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * Writes an object to a draft, which is synced and only then published. Every failure of the file
 * system is a {@link StorageUnavailableException}.
 */
final class DraftWriter extends ObjectWriter {
  private static final int SMALL_BUFFER = 1 << 16;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** An interruption takes effect between two pieces of this size. */
  private static final int PIECE = 4 << 20;

  private final StorageRoot root;
  private final String name;
  private final Path draft;
  private final FileChannel channel;
  private final DirectWrites directWrites;
  private final DurableFolders folders;
  private final Publication publication;
  private ByteBuffer buffer = ByteBuffer.allocate(SMALL_BUFFER);
  // for a large draft, if supported
  private Optional<FileChannel> direct = Optional.empty();
  private boolean large;
  private long written;

  DraftWriter(
      StorageRoot root,
      String name,
      Path draft,
      DirectWrites directWrites,
      DurableFolders folders,
      Publication publication)
      throws IOException {
    this.root = root;
    this.name = name;
    this.draft = draft;
    this.channel = Drafts.create(draft);
    this.directWrites = directWrites;
    this.folders = folders;
    this.publication = publication;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    requireOpen();
    for (int done = 0; done < length; ) {
      if (!buffer.hasRemaining()) {
        makeRoom();
      }
      int count = Math.min(length - done, buffer.remaining());
      buffer.put(bytes, offset + done, count);
      done += count;
    }
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    requireOpen();
    if (bytes.remaining() > SMALL_BUFFER) {
      openDirect();
    }
    drain();
    writeAll(bytes);
  }

  private void requireOpen() throws IOException {
    if (!channel.isOpen()) {
      throw new IOException(
          "the writer of " + name + " was committed, closed or interrupted, or has failed");
    }
  }

  private void makeRoom() throws StorageUnavailableException {
    openDirect();
    if (direct.isPresent() && !buffer.isDirect()) {
      buffer = directWrites.take().put(buffer.flip());
    } else {
      drain();
    }
  }

  /** The draft is large: from here on it bypasses the page cache, if supported. */
  private void openDirect() {
    if (!large) {
      large = true;
      direct = directWrites.open(draft);
    }
  }

  private void drain() throws StorageUnavailableException {
    writeAll(buffer.flip());
    buffer.clear();
  }

  private void writeAll(ByteBuffer data) throws StorageUnavailableException {
    int limit = data.limit();
    try {
      while (data.position() < limit) {
        data.limit(Math.min(limit, data.position() + PIECE));
        written += writeSome(data);
      }
    } catch (IOException e) {
      throw failed("write", e);
    }
  }

  private int writeSome(ByteBuffer data) throws IOException {
    if (direct.isPresent() && DirectWrites.fit(data, written)) {
      int start = data.position();
      try {
        return direct.get().write(data, written);
      } catch (ClosedChannelException e) {
        throw e;
      } catch (IOException e) {
        // any cause: if it also prevents writing through the cache, that write reports it
        data.position(start);
      }
    }
    return channel.write(data, written);
  }

  /** A draft that failed once may have lost bytes, and is never published. */
  private StorageUnavailableException failed(String action, IOException e) {
    try {
      channel.close();
    } catch (IOException closing) {
      e.addSuppressed(closing);
    }
    return root.unavailable(action + " " + name, e);
  }

  @Override
  public void force() throws StorageUnavailableException {
    try {
      channel.force(false);
    } catch (IOException e) {
      // the system reports this only once: a commit would not see it
      throw failed("force", e);
    }
  }

  @Override
  public void commit() throws IOException {
    if (!publish()) {
      throw new ArchiveConflictException(name + " already exists in " + root.path());
    }
  }

  /**
   * Makes the object durable under its name, unless the name is taken.
   *
   * @return false if the name is taken, by a durable object
   */
  boolean publish() throws IOException {
    requireOpen();
    drain();
    giveBufferBack();
    Path target = root.resolve(name);
    try (channel) {
      channel.force(true);
      root.verify();
      folders.require(root.folder(name));
      boolean published = publication.publish(draft, target);
      DurableFiles.forceName(target);
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

  /** The buffer of an abandoned draft is not reused: a blocked write may still use it. */
  private void giveBufferBack() {
    if (buffer.isDirect()) {
      directWrites.giveBack(buffer);
      buffer = NOTHING;
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      if (direct.isPresent()) {
        direct.get().close();
      }
      Files.deleteIfExists(draft);
    } catch (IOException e) {
      throw root.unavailable("discard the draft of " + name, e);
    }
  }
}
