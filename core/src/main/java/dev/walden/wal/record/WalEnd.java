package dev.walden.wal.record;

import dev.walden.wal.Lsn;
import java.util.Locale;

/**
 * Why and where a {@link WalReader} read no further.
 *
 * <p>To PostgreSQL every reason but {@link Reason#END_REACHED} is the end of WAL: recovery stops
 * there without a complaint. {@link #followed} tells the end that every crash leaves from damage in
 * the middle.
 *
 * @param lsn the end of the last valid record, or where the first record was looked for
 * @param reason what was found there
 * @param detail what was found there, for people
 * @param followed whether the segment behind this place exists and begins as WAL of its position.
 *     Then WAL goes on there and this place is damaged, unless the timeline was left before it
 */
public record WalEnd(Lsn lsn, Reason reason, String detail, boolean followed) {

  /** What stands where the next record should. */
  public enum Reason {
    /** The next record starts where the caller wanted reading to end. */
    END_REACHED,
    /** The source does not have the segment with the next record, or with its rest. */
    MISSING_SEGMENT,
    /** The segment has fewer bytes than its size, and they end in or before the next record. */
    TRUNCATED_SEGMENT,
    /** Zeros: never written. */
    ZEROS,
    /** A length that no record has. */
    INVALID_LENGTH,
    /** A resource manager that the version does not have. */
    INVALID_RESOURCE_MANAGER,
    /** A record that does not name the one before it. */
    BAD_PREV,
    /** A record whose bytes have another checksum. */
    BAD_CRC,
    /** A page header that does not belong here, such as that of a recycled segment. */
    BAD_PAGE,
    /** A page that does not continue the record which the page before began, or continues none. */
    BAD_CONTRECORD,
    /** A record with the right checksum, whose parts do not fit its length. */
    BAD_RECORD,
    /** A page that overwrites an incomplete record, but says so of another one. */
    BAD_OVERWRITE
  }

  /** {@code WAL ends at 0/3001234: zeros; WAL of the next segment follows}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "WAL ends at %s: %s%s",
        lsn,
        detail,
        followed ? "; WAL of the next segment follows" : "");
  }
}
