package dev.walden.testing;

/** A condition that a test waits for. */
public interface Condition {
  /** Checks once; an exception ends the wait. */
  boolean holds() throws Exception;
}
