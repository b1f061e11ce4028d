package dev.walden.server.receive;

/**
 * How many bytes of WAL the server had, when it told last, behind those that a {@link WalReceiver}
 * has received, made durable and archived. Where a position is not known yet, it counts from where
 * this receiver began.
 *
 * @param received bytes that have not arrived
 * @param durable bytes that are not acknowledged
 * @param archived bytes that are not in the archive in whole segments: always some, unless the
 *     server has just begun a segment
 */
public record WalReceiverLag(long received, long durable, long archived) {}
