/**
 * Effects: where received WAL is until it is archived, in memory ({@code BufferedSegment}) or in a
 * folder ({@code SpooledSegment}); {@code SegmentPool} hands out both. {@code BufferMemory} is the
 * memory of one receiver or many. {@code OrphanedSpool} archives what a receiver left that will not
 * start again.
 */
@NullMarked
package dev.walden.server.receive.spool;

import org.jspecify.annotations.NullMarked;
