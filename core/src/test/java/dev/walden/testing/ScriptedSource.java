package dev.walden.testing;

import dev.walden.storage.ObjectSource;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A source that triggers an event just before one of its bytes, or before its end. */
record ScriptedSource(byte[] content, long length, int place, Event event) implements ObjectSource {

  /** The event, for every stream. */
  interface Event {
    void happen() throws IOException;
  }

  static ScriptedSource of(byte[] content) {
    return new ScriptedSource(content, content.length, Integer.MAX_VALUE, () -> {});
  }

  static Event failing(IOException failure) {
    return () -> {
      throw failure;
    };
  }

  ScriptedSource at(int eventPlace, Event newEvent) {
    return new ScriptedSource(content, length, eventPlace, newEvent);
  }

  /** Reports another length than it has. */
  ScriptedSource ofLength(long told) {
    return new ScriptedSource(content, told, place, event);
  }

  @Override
  public InputStream open() {
    return new FilterInputStream(new ByteArrayInputStream(content)) {
      private int position;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int count) throws IOException {
        if (position == place) {
          event.happen();
        }
        int wanted = position < place ? Math.min(count, place - position) : count;
        int n = in.read(bytes, offset, wanted);
        position += Math.max(0, n);
        return n;
      }
    };
  }
}
