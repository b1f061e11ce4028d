/**
 * Effects: an archive in a folder of a POSIX file system. Start at {@link
 * dev.walden.archive.fs.FileSystemStorage}.
 */
package dev.walden.archive.fs;
