package dev.walden.codec;

import dev.walden.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;

/** Reads the payload of an age file: each chunk is released once it is authenticated. */
final class AgeInputStream extends InputStream {
  private final String objectName;
  private final InputStream in;
  private final ChunkCipher cipher;
  // One byte more than a chunk: a chunk is the last if that byte does not exist.
  private final byte[] sealed = new byte[ChunkCipher.SEALED_LENGTH + 1];
  private final byte[] plain = new byte[ChunkCipher.PLAIN_LENGTH];
  private int carried;
  private int position;
  private int limit;
  private boolean last;
  private long storedOffset;

  private AgeInputStream(String objectName, InputStream in, ChunkCipher cipher, long storedOffset) {
    this.objectName = objectName;
    this.in = in;
    this.cipher = cipher;
    this.storedOffset = storedOffset;
  }

  /** Opens the payload that follows {@code header} in {@code in}. */
  static AgeInputStream open(String objectName, InputStream in, AgeHeader header, FileKey fileKey)
      throws IOException {
    byte[] nonce = in.readNBytes(ChunkCipher.PAYLOAD_NONCE_LENGTH);
    long offset = header.length() + nonce.length;
    if (nonce.length < ChunkCipher.PAYLOAD_NONCE_LENGTH) {
      throw new CorruptFileException(objectName, offset, "ends within the payload nonce");
    }
    ChunkCipher cipher = ChunkCipher.opening(fileKey.payloadKey(nonce));
    return new AgeInputStream(objectName, in, cipher, offset);
  }

  @Override
  public int read() throws IOException {
    return position < limit || nextChunk() ? plain[position++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (position == limit && !nextChunk()) {
      return -1;
    }
    int part = Math.min(length, limit - position);
    System.arraycopy(plain, position, bytes, offset, part);
    position += part;
    return part;
  }

  private boolean nextChunk() throws IOException {
    if (last) {
      return false;
    }
    int length = carried + in.readNBytes(sealed, carried, sealed.length - carried);
    last = length < sealed.length;
    carried = last ? 0 : 1;
    int chunkLength = length - carried;
    position = 0;
    limit = open(chunkLength);
    if (limit == 0 && cipher.chunk() > 1) {
      throw corrupt("the last chunk is empty");
    }
    storedOffset += chunkLength;
    sealed[0] = sealed[chunkLength];
    return limit > 0;
  }

  private int open(int length) throws IOException {
    if (length < ChunkCipher.TAG_LENGTH) {
      throw corrupt("ends within a chunk");
    }
    try {
      return cipher.next(sealed, length, plain, last);
    } catch (GeneralSecurityException e) {
      throw corrupt("the chunk here was altered, or the object was truncated or appended to");
    }
  }

  private CorruptFileException corrupt(String problem) {
    return new CorruptFileException(objectName, storedOffset, "age payload: " + problem);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
