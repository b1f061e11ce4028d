package dev.walden.archive.objects;

import dev.walden.backup.ObjectDigest;
import dev.walden.backup.ObjectDigest.Algorithm;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.CRC32;

/** The digest of an object that is being written or read. For one thread. */
public interface RunningDigest {
  void update(byte[] bytes, int offset, int length);

  /** The digest of all bytes; to be asked for once. */
  ObjectDigest finish();

  static RunningDigest of(Algorithm algorithm) {
    return switch (algorithm) {
      case SHA256 -> new Sha256(Sha256Companion.newSha256());
      case CRC32 -> new Crc(new CRC32());
    };
  }

  /** SHA-256. */
  record Sha256(MessageDigest digest) implements RunningDigest {
    @Override
    public void update(byte[] bytes, int offset, int length) {
      digest.update(bytes, offset, length);
    }

    @Override
    public ObjectDigest finish() {
      return new ObjectDigest(Algorithm.SHA256, HexFormat.of().formatHex(digest.digest()));
    }
  }

  /** CRC-32. */
  record Crc(CRC32 crc) implements RunningDigest {
    @Override
    public void update(byte[] bytes, int offset, int length) {
      crc.update(bytes, offset, length);
    }

    @Override
    public ObjectDigest finish() {
      return new ObjectDigest(Algorithm.CRC32, HexFormat.of().toHexDigits((int) crc.getValue()));
    }
  }
}
