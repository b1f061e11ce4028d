package dev.walden.archive;

/** What became of a pushed file. In both cases it is durable in the archive. */
public enum PushOutcome {
  /** It was stored now. */
  ARCHIVED,
  /** The archive held the same content already. */
  ALREADY_ARCHIVED
}
