package dev.walden.codec;

import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes an age file. Only {@link #finish} writes the last chunk, without which the file cannot be
 * opened.
 */
final class AgeOutputStream extends OutputStream {
  private final OutputStream out;
  private final ChunkCipher cipher;
  private final byte[] plain = new byte[ChunkCipher.PLAIN_LENGTH];
  private final byte[] sealed = new byte[ChunkCipher.SEALED_LENGTH];
  private int filled;

  private AgeOutputStream(OutputStream out, ChunkCipher cipher) {
    this.out = out;
    this.cipher = cipher;
  }

  /** Writes the header, after checking that everything in it works. */
  static AgeOutputStream open(
      OutputStream out, AgeEncryption age, Optional<Provenance> provenance, SecureRandom random)
      throws IOException {
    FileKey fileKey = FileKey.random(random);
    List<AgeStanza> stanzas = new ArrayList<>(age.wrap(fileKey, random));
    if (age.allowsSignature()) {
      provenance.ifPresent(
          from -> {
            stanzas.add(new DigestStanza(from.claim().sha256()).toStanza());
            from.signature().ifPresent(signature -> stanzas.add(signature.toStanza()));
          });
    }
    byte[] nonce = new byte[ChunkCipher.PAYLOAD_NONCE_LENGTH];
    random.nextBytes(nonce);
    ChunkCipher cipher = ChunkCipher.sealing(fileKey.payloadKey(nonce));
    out.write(AgeHeader.encode(stanzas, fileKey));
    out.write(nonce);
    return new AgeOutputStream(out, cipher);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      // A full chunk waits for more bytes, because it may be the last.
      if (filled == plain.length) {
        seal(false);
      }
      int part = Math.min(length - done, plain.length - filled);
      System.arraycopy(bytes, offset + done, plain, filled, part);
      filled += part;
      done += part;
    }
  }

  private void seal(boolean last) throws IOException {
    try {
      out.write(sealed, 0, cipher.next(plain, filled, sealed, last));
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot encrypt a chunk", e);
    }
    filled = 0;
  }

  /** Writes the last chunk. Nothing may be written after that. */
  void finish() throws IOException {
    seal(true);
  }

  /** Does nothing; see {@link #finish}. */
  @Override
  public void close() {}
}
