/**
 * Values: which WAL an archive holds ({@link dev.walden.archive.inventory.WalInventory}), seen
 * along a timeline history ({@link dev.walden.archive.inventory.WalPath}), the files that a server
 * opens for it ({@link dev.walden.archive.inventory.SegmentLookup}), the segments of which it holds
 * only the beginning ({@link dev.walden.archive.inventory.WalTail}) and the WAL that is known to be
 * lost ({@link dev.walden.archive.inventory.RecordedGap}).
 */
@NullMarked
package dev.walden.archive.inventory;

import org.jspecify.annotations.NullMarked;
