package dev.walden.codec;

/** Objects are stored unencrypted. */
enum NoEncryption implements Encryption {
  INSTANCE;

  @Override
  public String suffix() {
    return "";
  }

  @Override
  public String toString() {
    return "no encryption";
  }
}
