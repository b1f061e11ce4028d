/**
 * Effects: where received WAL is until it is archived, in memory ({@code BufferedSegment}) or in a
 * folder ({@code SpooledSegment}); {@code SegmentPool} hands out both. {@code OrphanedSpool}
 * archives what a receiver left that will not start again.
 */
@NullMarked
package dev.walden.server.receive.spool;

import org.jspecify.annotations.NullMarked;
