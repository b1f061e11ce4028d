/** An archive in a folder. */
module dev.walden.archive.fs {
  requires transitive dev.walden.core;
  requires jdk.unsupported; // O_DIRECT
  requires org.slf4j;
  requires static org.jspecify;

  exports dev.walden.archive.fs;
}
