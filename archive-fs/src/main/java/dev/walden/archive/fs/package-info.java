/**
 * Effects: an archive in a folder of a POSIX file system. Start at {@link
 * dev.walden.archive.fs.FileSystemStorage}.
 */
@NullMarked
package dev.walden.archive.fs;

import org.jspecify.annotations.NullMarked;
