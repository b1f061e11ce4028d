/**
 * Effects: receiving WAL. {@link dev.walden.server.receive.WalReceiver} is what programs start;
 * {@link dev.walden.server.receive.WalReceiverStatus} and {@link
 * dev.walden.server.receive.WalReceiverListener} tell what it does.
 *
 * <p>From the outside in: {@code ReceiverLoop} (starting, retrying, stopping), {@code
 * ReceiverSession} (one connection: slot, place, timelines), {@code ResumePoint} (where to resume),
 * {@code StreamReceiver} (the bytes of a stream), {@code ReceivedSegments} (bytes into segments,
 * checked). All positions are in the {@code ledger}; {@code ArchivingWorkers} do what it offers,
 * {@code StatusSender} tells the server what it says. {@code ReceiverResources} is what these
 * share.
 *
 * <p>{@code HostCheck} rules out hosts, and {@code HeldWalCheck} servers with other WAL than is
 * held. {@code SpoolRecovery} hands over what an earlier receiver left, {@code ReceiverEvents}
 * collects what is told. {@code SegmentMemory} is for many receivers. What the server is judged by
 * is in {@code upstream}.
 */
@NullMarked
package dev.walden.server.receive;

import org.jspecify.annotations.NullMarked;
