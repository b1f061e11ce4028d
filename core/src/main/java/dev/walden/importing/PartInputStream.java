package dev.walden.importing;

import dev.walden.backup.TarMember;
import dev.walden.backup.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tar archive of a part, built while it is read. */
final class PartInputStream extends InputStream {
  private static final int BUFFER = 1 << 16;

  private final BackupMembers members;
  private final ByteArrayOutputStream made = new ByteArrayOutputStream(BUFFER + 1024);
  private final TarWriter tar = new TarWriter(made);
  private final byte[] buffer = new byte[BUFFER];
  private @Nullable InputStream content;
  private byte[] bytes = {};
  private int position;
  private boolean finished;

  /** Reads members, and closes them at the end. */
  PartInputStream(BackupMembers members) {
    this.members = members;
  }

  @Override
  public int read() throws IOException {
    return fill() ? bytes[position++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int n = Math.min(length, bytes.length - position);
    System.arraycopy(bytes, position, target, offset, n);
    position += n;
    return n;
  }

  private boolean fill() throws IOException {
    while (position == bytes.length) {
      if (finished) {
        return false;
      }
      made.reset();
      make();
      bytes = made.toByteArray();
      position = 0;
    }
    return true;
  }

  private void make() throws IOException {
    if (content != null) {
      goOn(content);
      return;
    }
    Optional<TarMember> next = members.next();
    if (next.isEmpty()) {
      tar.finish();
      finished = true;
      return;
    }
    tar.begin(next.get());
    if (next.get().kind() == TarMember.Kind.FILE) {
      content = members.content();
    } else {
      tar.end();
    }
  }

  private void goOn(InputStream from) throws IOException {
    int n = from.read(buffer);
    try {
      if (n < 0) {
        content = null;
        tar.end();
      } else {
        tar.write(buffer, 0, n);
      }
    } catch (IllegalStateException e) {
      throw new IOException(members.source() + " changes while it is read", e);
    }
  }

  @Override
  public void close() throws IOException {
    members.close();
  }
}
