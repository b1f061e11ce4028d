/**
 * Effects: receiving WAL. {@link dev.walden.server.receive.WalReceiver} is what programs start;
 * {@link dev.walden.server.receive.WalReceiverStatus} and {@link
 * dev.walden.server.receive.WalReceiverListener} tell what it does.
 *
 * <p>From the outside in: {@code ReceiverLoop} (connections and timelines), {@code ResumePoint}
 * (where to resume), {@code StreamReceiver} (positions and acknowledgements), {@code
 * ReceivedSegments} (bytes into segments, checked), {@code SegmentPusher} and {@code TailPusher}
 * (whole segments, and pieces of the open one, into the archive). {@code PhysicalSlot} keeps the
 * slot, {@code AbandonedTimeline} knows old primaries, {@code ReceiverEvents} collects what is
 * told, {@code ServerWalHistory} knows what the server has and since when.
 */
package dev.walden.server.receive;
