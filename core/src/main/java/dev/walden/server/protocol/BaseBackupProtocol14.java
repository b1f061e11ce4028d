package dev.walden.server.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * PostgreSQL 14: one COPY per tablespace in the listed order, the data directory last, then one for
 * the manifest. Messages hold only content.
 *
 * <p>Source: {@code src/backend/replication/basebackup.c} of PostgreSQL 14.
 */
final class BaseBackupProtocol14 implements BaseBackupProtocol {
  private final ReplicationSession conversation;
  private final Duration silenceLimit;
  private final Iterator<Long> tablespaces;
  private boolean copying;

  BaseBackupProtocol14(
      ReplicationSession conversation, Duration silenceLimit, List<Long> tablespaces) {
    this.conversation = conversation;
    this.silenceLimit = silenceLimit;
    this.tablespaces = tablespaces.iterator();
  }

  @Override
  public Optional<Long> nextArchive() throws IOException {
    finish();
    if (!tablespaces.hasNext()) {
      return Optional.empty();
    }
    startCopy();
    return Optional.of(tablespaces.next());
  }

  @Override
  public void toManifest() throws IOException {
    startCopy();
  }

  private void startCopy() throws IOException {
    conversation.expect(BackendMessage.COPY_OUT_RESPONSE, silenceLimit);
    copying = true;
  }

  @Override
  public boolean nextPiece() throws IOException {
    if (!copying) {
      return false;
    }
    switch (conversation.await(silenceLimit)) {
      case BackendMessage.COPY_DATA:
        return true;
      case BackendMessage.COPY_DONE:
        copying = false;
        return false;
      default:
        throw conversation.unexpected("a piece of a base backup");
    }
  }

  @Override
  public ByteBuffer piece() {
    return conversation.body();
  }

  @Override
  public void finish() throws IOException {
    while (nextPiece()) {
      // skipped
    }
  }
}
