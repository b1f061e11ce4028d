package dev.walden.server.protocol;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PostgreSQL 15 and later: one COPY, in which the first byte of each message is its kind.
 *
 * <p>Source: {@code src/backend/backup/basebackup_copy.c}; the manual's "BASE_BACKUP".
 */
final class BaseBackupProtocol15 implements BaseBackupProtocol {
  // no compression is requested, so no other name is possible
  // the kinds of CopyData message in a base backup
  private static final char CONTENT = 'd';
  private static final char MANIFEST = 'm';
  private static final char NEW_ARCHIVE = 'n';
  private static final char PROGRESS = 'p';

  private static final Pattern NAME = Pattern.compile("base\\.tar|([1-9][0-9]{0,9})\\.tar");
  private static final int MAX_NAME = 1024;

  private final ReplicationSession conversation;
  private final Duration silenceLimit;
  private boolean started;

  /** What ended the last content: a new archive, the manifest, the end; 0 if it has not ended. */
  private char ahead;

  private String name = "";
  private ByteBuffer piece = ByteBuffer.allocate(0);

  BaseBackupProtocol15(ReplicationSession conversation, Duration silenceLimit) {
    this.conversation = conversation;
    this.silenceLimit = silenceLimit;
  }

  @Override
  public Optional<Long> nextArchive() throws IOException {
    if (!started) {
      conversation.expect(BackendMessage.COPY_OUT_RESPONSE, silenceLimit);
      started = true;
      if (nextPiece()) {
        throw conversation.broken(new ProtocolException("content before the name of an archive"));
      }
    }
    skip();
    if (ahead != NEW_ARCHIVE) {
      return Optional.empty();
    }
    ahead = 0;
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw conversation.broken(new ProtocolException("an archive named \"" + name + '"'));
    }
    return Optional.of(matcher.group(1) == null ? 0 : Long.parseLong(matcher.group(1)));
  }

  @Override
  public void toManifest() throws IOException {
    if (ahead != MANIFEST) {
      throw conversation.broken(new ProtocolException("a base backup without a manifest"));
    }
    ahead = 0;
  }

  @Override
  public boolean nextPiece() throws IOException {
    while (ahead == 0) {
      switch (conversation.await(silenceLimit)) {
        case BackendMessage.COPY_DATA:
          if (isPiece(conversation.body())) {
            return true;
          }
          break;
        case BackendMessage.COPY_DONE:
          ahead = BackendMessage.COPY_DONE;
          break;
        default:
          throw conversation.unexpected("a piece of a base backup");
      }
    }
    return false;
  }

  private boolean isPiece(ByteBuffer message) throws IOException {
    int kind = message.hasRemaining() ? message.get() : 0;
    switch (kind) {
      case CONTENT:
        piece = message;
        return true;
      case NEW_ARCHIVE:
        name = zeroTerminated(message);
        ahead = NEW_ARCHIVE;
        return false;
      case MANIFEST:
        ahead = MANIFEST;
        return false;
      case PROGRESS:
        return false;
      default:
        throw conversation.broken(
            new ProtocolException("a message of type " + kind + " in a base backup"));
    }
  }

  private static String zeroTerminated(ByteBuffer message) {
    byte[] bytes = new byte[Math.min(MAX_NAME, message.remaining())];
    message.get(bytes);
    String text = new String(bytes, StandardCharsets.UTF_8);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  @Override
  public ByteBuffer piece() {
    return piece;
  }

  private void skip() throws IOException {
    while (nextPiece()) {
      // skipped
    }
  }

  @Override
  public void finish() throws IOException {
    skip();
    if (ahead != BackendMessage.COPY_DONE) {
      throw conversation.broken(new ProtocolException("more than one manifest in a base backup"));
    }
  }
}
