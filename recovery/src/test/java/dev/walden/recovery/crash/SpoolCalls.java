package dev.walden.recovery.crash;

import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One thread's system calls, in order: writes to a spool's files, forces, and what it tells. */
final class SpoolCalls {
  /** A standby status update in its CopyData message: positions written, flushed and replayed. */
  private static final Pattern STATUS =
      Pattern.compile(
          "^(?:write|sendto)\\([0-9]+<[^>]*>, \"\\\\x64\\\\x00\\\\x00\\\\x00\\\\x26\\\\x72"
              + "(?:\\\\x[0-9a-f]{2}){8}((?:\\\\x[0-9a-f]{2}){8})");

  private static final Pattern FILE = Pattern.compile("^([a-z0-9]+)\\([0-9]+<([^>]*)>(.*)$");
  private static final Pattern PLACE = Pattern.compile(", ([0-9]+), ([0-9]+)\\) = ([0-9]+)$");
  private static final Pattern OPENED = Pattern.compile("^openat\\(.*O_CREAT.* = [0-9]+<(.*)>$");

  private final String spool;
  private final WalSegmentSize size;
  private final Map<WalSegment, Progress> files = new HashMap<>();
  private int acknowledged;
  private Lsn begun;

  private static final class Progress {
    private long written;
    private long forced;
    private boolean named;
  }

  SpoolCalls(Path spool, WalSegmentSize size) {
    this.spool = spool.toString();
    this.size = size;
  }

  void take(String call) {
    Matcher status = STATUS.matcher(call);
    if (status.find()) {
      told(new Lsn(Long.parseUnsignedLong(status.group(1).replace("\\x", ""), 16)));
      return;
    }
    Matcher opened = OPENED.matcher(call);
    if (opened.find() && isSegment(opened.group(1))) {
      Progress progress = progress(opened.group(1));
      progress.named = false;
      return;
    }
    Matcher file = FILE.matcher(call);
    if (file.find() && (file.group(2).equals(spool) || isSegment(file.group(2)))) {
      onFile(file.group(1), file.group(2), file.group(3));
    }
  }

  /** There are histories and a lock, too. */
  private boolean isSegment(String path) {
    return path.startsWith(spool + '/')
        && path.substring(spool.length() + 1).matches("[0-9A-F]{24}(\\.partial)?");
  }

  private void onFile(String call, String path, String rest) {
    if (path.equals(spool)) {
      files.values().forEach(progress -> progress.named = true);
    } else if (call.equals("pwrite64")) {
      Matcher place = PLACE.matcher(rest);
      if (place.find()) {
        Progress progress = progress(path);
        long start = Long.parseLong(place.group(2));
        progress.written = Math.max(progress.written, start + Long.parseLong(place.group(3)));
        // files grow ahead: what is written over zeros that were forced is not forced
        progress.forced = Math.min(progress.forced, start);
      }
    } else if (call.equals("fdatasync") || call.equals("fsync")) {
      Progress progress = progress(path);
      progress.forced = progress.written;
    }
  }

  private Progress progress(String path) {
    String name = path.substring(spool.length() + 1).replaceFirst("\\.partial$", "");
    WalSegment segment = ((WalFileName.Segment) WalFileName.parse(name)).segment(size);
    begun = begun == null ? segment.start() : begun;
    return files.computeIfAbsent(segment, any -> new Progress());
  }

  /** All below must be forced, from where it began. */
  private void told(Lsn flushed) {
    if (begun == null || !flushed.isAfter(begun)) {
      return;
    }
    acknowledged++;
    files.forEach(
        (segment, progress) -> {
          long needed = Math.min(flushed.minus(segment.start()), size.bytes());
          if (needed > 0 && !(progress.named && progress.forced >= needed)) {
            throw new AssertionError(
                flushed
                    + " was acknowledged, of "
                    + segment
                    + " are written "
                    + progress.written
                    + " and forced "
                    + progress.forced
                    + (progress.named ? "" : ", and its name is not"));
          }
        });
  }

  /** How many positions were told. */
  int acknowledged() {
    return acknowledged;
  }

  int segments() {
    return files.size();
  }
}
