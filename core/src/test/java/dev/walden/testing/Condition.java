package dev.walden.testing;

/** What a test waits for. */
public interface Condition {
  /** Looks once; what is thrown ends the wait. */
  boolean holds() throws Exception;
}
