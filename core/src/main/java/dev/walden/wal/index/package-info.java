/**
 * Values and their computation: an index of WAL. {@link dev.walden.wal.index.WalOutliner} reads a
 * segment and makes its {@link dev.walden.wal.index.WalOutline}; {@link
 * dev.walden.wal.index.StreamedOutlines} makes it while WAL arrives. Outlines of adjacent segments
 * can be joined; {@link dev.walden.wal.index.WalOutlineJson} stores them. An index is derived data,
 * which can be deleted and rebuilt from the WAL.
 */
@NullMarked
package dev.walden.wal.index;

import org.jspecify.annotations.NullMarked;
