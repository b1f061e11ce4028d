package dev.walden.codec;

import java.nio.ByteBuffer;
import java.util.List;

/** A writer's signature over a {@link Claim}. Whose it is says nothing until it is verified. */
public final class WriterSignature {
  static final String TYPE = "walden-ed25519";
  private static final int LENGTH = 64;

  private final WriterPublicKey writer;
  private final ByteBuffer signature;

  WriterSignature(WriterPublicKey writer, ByteBuffer signature) {
    this.writer = writer;
    this.signature = signature.asReadOnlyBuffer();
  }

  /**
   * Reads what {@link #toString} prints.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static WriterSignature parse(String text) {
    String[] words = text.split(" ", -1);
    if (words.length != 3 || !words[0].equals(TYPE)) {
      throw new IllegalArgumentException("not a writer's signature");
    }
    return of(AgeBase64.decode(words[1]), AgeBase64.decode(words[2]));
  }

  static WriterSignature parse(AgeStanza stanza) {
    stanza.requireShape(1, LENGTH);
    return of(stanza.argument(0, WriterKey.LENGTH), stanza.body());
  }

  private static WriterSignature of(byte[] key, byte[] signature) {
    if (key.length != WriterKey.LENGTH || signature.length != LENGTH) {
      throw new IllegalArgumentException("not a writer's signature: of the wrong length");
    }
    return new WriterSignature(
        new WriterPublicKey(ByteBuffer.wrap(key)), ByteBuffer.wrap(signature));
  }

  AgeStanza toStanza() {
    return new AgeStanza(TYPE, List.of(writer.toString()), bytes());
  }

  /** The key that claims to have signed. */
  WriterPublicKey writer() {
    return writer;
  }

  byte[] bytes() {
    byte[] copy = new byte[LENGTH];
    signature.duplicate().get(copy);
    return copy;
  }

  /** One line: the type, the writer's public key, and the signature. */
  @Override
  public String toString() {
    return TYPE + " " + writer + " " + AgeBase64.encode(bytes());
  }
}
