package dev.walden.wal.record;

import dev.walden.wal.Lsn;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Walden and PostgreSQL's own programs say of one record, in a form that can be compared. */
final class PrintedRecord {
  private static final Pattern BLOCK =
      Pattern.compile(
          "blkref #(\\d+): rel (\\d+/\\d+/\\d+) (?:fork (\\w+) )?(?:blk|block) (\\d+)( \\(?FPW)?");
  private static final Pattern IMAGE =
      Pattern.compile(
          "\\(FPW( for WAL verification)?\\)[^\\n\\t(]*?(?:method: (\\w+)|(?=[\\n\\t(]|blkref|$))");
  private static final String[] FORKS = {"main", "fsm", "vm", "init"};

  private PrintedRecord() {}

  /** LSN, length without images, length, xid, previous, resource manager and operation. */
  static String head(WalRecord r) {
    return String.format(
        "%s %d/%d xid %d prev %s %s %s",
        r.lsn(),
        r.totalLength() - r.imageLength(),
        r.totalLength(),
        r.xid(),
        r.previous(),
        r.resourceManager(),
        r.operationName());
  }

  static String lsn(String text) {
    return Lsn.parse(text).toString();
  }

  static String blocks(WalRecord record) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < record.blockCount(); i++) {
      BlockReference b = record.block(i);
      text.append(
          String.format(
              " #%d %s %s %d%s",
              b.id(), b.locator(), FORKS[b.fork()], b.block(), b.hasImage() ? " FPW" : ""));
    }
    return text.toString();
  }

  static String blocks(String printed) {
    StringBuilder text = new StringBuilder();
    Matcher m = BLOCK.matcher(printed);
    while (m.find()) {
      text.append(
          String.format(
              " #%s %s %s %s%s",
              m.group(1),
              m.group(2),
              m.group(3) == null ? "main" : m.group(3),
              m.group(4),
              m.group(5) == null ? "" : " FPW"));
    }
    return text.toString();
  }

  /** Compression and use of the images. */
  static String images(WalRecord record) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < record.blockCount(); i++) {
      BlockReference b = record.block(i);
      if (b.hasImage()) {
        text.append(' ').append(b.image().compression().name().toLowerCase(Locale.ROOT));
        text.append(b.image().apply() ? "" : " for verification");
      }
    }
    return text.toString();
  }

  static String images(String printed) {
    StringBuilder text = new StringBuilder();
    Matcher m = IMAGE.matcher(printed);
    while (m.find()) {
      text.append(' ').append(m.group(2) == null ? "none" : m.group(2));
      text.append(m.group(1) == null ? "" : " for verification");
    }
    return text.toString();
  }
}
