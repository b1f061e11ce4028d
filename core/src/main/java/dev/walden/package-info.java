/**
 * Failures, named by what the caller does next: {@link dev.walden.NotArchivedException} (absent),
 * {@link dev.walden.StorageUnavailableException} (unknown: retry), {@link
 * dev.walden.ArchiveConflictException} (the name holds other content), {@link
 * dev.walden.CorruptFileException} (damaged: use another copy), {@link
 * dev.walden.WrongKeyException} (supply the right key), {@link
 * dev.walden.UnsupportedFormatException} (use a newer Walden), {@link
 * dev.walden.WrongClusterException} (another cluster's).
 *
 * <p>One convention holds everywhere: a program's wrong argument is an {@link
 * java.lang.IllegalArgumentException}; wrong bytes from a file, a server or a storage are a {@link
 * dev.walden.CorruptFileException}.
 */
@NullMarked
package dev.walden;

import org.jspecify.annotations.NullMarked;
