package dev.walden.storage;

/**
 * A storage whose {@link #put} may store a reference to a source's bytes instead of the bytes; the
 * storage decides for which sources. Backends store bytes.
 */
public interface ReferencingStorage extends Storage {}
