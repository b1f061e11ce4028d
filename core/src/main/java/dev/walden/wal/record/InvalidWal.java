package dev.walden.wal.record;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Why a page or a record was not accepted. The text is formatted only on request: an incomplete
 * record, which more bytes may complete, is not accepted either.
 */
record InvalidWal(WalEnd.Reason reason, String format, List<Object> arguments) {

  static InvalidWal of(WalEnd.Reason reason, String format, Object... arguments) {
    return new InvalidWal(reason, format, Arrays.asList(arguments));
  }

  String detail() {
    return String.format(Locale.ROOT, format, arguments.toArray());
  }
}
