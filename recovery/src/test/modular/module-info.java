/** A user's program: what it requires is all that it knows of. */
module dev.walden.modular {
  requires dev.walden.archive.s3;
  requires dev.walden.recovery;
}
