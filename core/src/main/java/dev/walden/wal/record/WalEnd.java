package dev.walden.wal.record;

import dev.walden.wal.Lsn;
import java.util.Locale;

/**
 * Why and where a {@link WalReader} stopped.
 *
 * <p>To PostgreSQL every reason but {@link Reason#END_REACHED} is the end of WAL: recovery ends
 * there without an error. {@link #followed} distinguishes the end that every crash leaves from
 * damage in the middle.
 *
 * @param lsn the end of the last valid record, or where the first record was expected
 * @param reason what was found there
 * @param detail a readable description
 * @param followed whether the segment after this place exists and begins with WAL of its position.
 *     If so, WAL continues there and this place is damaged, unless the timeline ended before it
 */
public record WalEnd(Lsn lsn, Reason reason, String detail, boolean followed) {

  /** What was found in place of the next record. */
  public enum Reason {
    /** The next record starts at or after the end that the caller requested. */
    END_REACHED,
    /** The source lacks the segment with the next record, or with its rest. */
    MISSING_SEGMENT,
    /** The segment is shorter than its size and ends before or within the next record. */
    TRUNCATED_SEGMENT,
    /** Zeros: never written. */
    ZEROS,
    /** A length that no record has. */
    INVALID_LENGTH,
    /** A resource manager that the version does not have. */
    INVALID_RESOURCE_MANAGER,
    /** A record whose back link is not the record before it. */
    BAD_PREV,
    /** A record with an incorrect checksum. */
    BAD_CRC,
    /** A page header that does not belong here, such as one of a recycled segment. */
    BAD_PAGE,
    /** A page that does not continue the open record, or continues a record when none is open. */
    BAD_CONTRECORD,
    /** A record with a correct checksum whose parts do not fit its length. */
    BAD_RECORD,
    /** A page that overwrites an incomplete record, but names another one. */
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
