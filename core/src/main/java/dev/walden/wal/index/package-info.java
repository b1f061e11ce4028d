/**
 * Values and their computation: an index of WAL. {@link dev.walden.wal.index.WalOutliner} reads a
 * segment and makes its {@link dev.walden.wal.index.WalOutline}, {@link
 * dev.walden.wal.index.StreamedOutlines} makes it while WAL arrives; outlines of neighbours join;
 * {@link dev.walden.wal.index.WalOutlineJson} stores them. An index is never the truth: it can be
 * thrown away and made again from the WAL.
 */
package dev.walden.wal.index;
