package dev.walden.codec;

/** Objects stay readable. */
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
