package dev.walden.codec;

import java.util.List;

/**
 * The SHA-256 of the plain bytes, in clear. The header's MAC covers it; age ignores stanzas of
 * types it does not know.
 */
record DigestStanza(byte[] sha256) {
  static final String TYPE = "walden-sha256";
  private static final int LENGTH = 32;

  static DigestStanza parse(AgeStanza stanza) {
    stanza.requireShape(1, 0);
    return new DigestStanza(stanza.argument(0, LENGTH));
  }

  AgeStanza toStanza() {
    return new AgeStanza(TYPE, List.of(AgeBase64.encode(sha256)), new byte[0]);
  }
}
