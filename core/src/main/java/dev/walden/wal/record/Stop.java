package dev.walden.wal.record;

import java.util.Locale;

/** Why a page or a record was not accepted. */
record Stop(WalEnd.Reason reason, String detail) {

  static Stop of(WalEnd.Reason reason, String format, Object... arguments) {
    return new Stop(reason, String.format(Locale.ROOT, format, arguments));
  }
}
