package dev.walden.recovery.simulate;

import dev.walden.wal.WalFileName;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files that a recovering server asks {@code restore_command} for, in order.
 *
 * <p>Not listed are the histories of its own timelines that a server asks for whenever it looks up
 * a prepared transaction in the WAL.
 *
 * <p>From version 15 on the server looks ahead while it replays. It then asks for {@link #replay}
 * earlier than it needs it, and later again for what it did not get; it may ask for any first part
 * of {@link #ahead}; and whether it asks for {@link #again} depends on what it had open. Version 14
 * asks for each file exactly as listed, and for none of {@code ahead}.
 *
 * @param startup before replay: histories, and the segments with the checkpoint and with the
 *     beginning of replay
 * @param replay further segments up to where replay stops
 * @param ahead later segments; the first {@value #MOST_AHEAD} at most
 * @param again the segments of the last record applied, which is read once more
 * @param end the histories by which the new timeline gets its number, and that of its parent
 */
public record FileRequests(
    List<WalFileName> startup,
    List<WalFileName> replay,
    List<WalFileName> ahead,
    List<WalFileName> again,
    List<WalFileName> end) {
  static final int MOST_AHEAD = 64;

  public FileRequests {
    startup = List.copyOf(startup);
    replay = List.copyOf(replay);
    ahead = List.copyOf(ahead);
    again = List.copyOf(again);
    end = List.copyOf(end);
  }

  /** All but those that only look ahead. */
  public List<WalFileName> inOrder() {
    return Stream.of(startup, replay, again, end).flatMap(List::stream).toList();
  }
}
