/**
 * Failures, named by what the caller does next: {@link dev.walden.NotArchivedException} (it is not
 * there), {@link dev.walden.StorageUnavailableException} (nobody knows: try again), {@link
 * dev.walden.ArchiveConflictException} (something else is there), {@link
 * dev.walden.CorruptFileException} (damaged: use another copy), {@link
 * dev.walden.WrongKeyException} (bring the right key), {@link
 * dev.walden.UnsupportedFormatException} (use a newer Walden), {@link
 * dev.walden.WrongClusterException} (another cluster's).
 *
 * <p>One convention holds everywhere: an argument that a program wrote wrongly is an {@link
 * java.lang.IllegalArgumentException}; bytes that came from a file, a server or a storage and are
 * wrong are a {@link dev.walden.CorruptFileException}.
 */
package dev.walden;
