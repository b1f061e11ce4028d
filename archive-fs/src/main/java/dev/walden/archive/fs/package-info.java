/**
 * An archive in a folder of a POSIX file system: {@link dev.walden.archive.fs.FileSystemStorage}.
 * Effects.
 */
package dev.walden.archive.fs;
