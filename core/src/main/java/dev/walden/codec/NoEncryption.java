package dev.walden.codec;

/** Objects are stored unencrypted. */
enum NoEncryption implements Encryption {
  INSTANCE;

  @Override
  public String suffix() {
    return "";
  }

  @Override
  public boolean allowsSignature() {
    return false;
  }

  @Override
  public String toString() {
    return "no encryption";
  }
}
