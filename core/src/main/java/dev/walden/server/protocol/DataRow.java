package dev.walden.server.protocol;

import java.net.ProtocolException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A row of a command's result: a copy, with each column in text format. */
final class DataRow {
  private final List<Optional<byte[]>> columns;

  private DataRow(List<Optional<byte[]>> columns) {
    this.columns = columns;
  }

  /** Reads the body of a DataRow. */
  static DataRow parse(ByteBuffer body) throws ProtocolException {
    try {
      int count = body.getShort();
      List<Optional<byte[]>> columns = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int length = body.getInt();
        if (length > body.remaining()) {
          throw new BufferUnderflowException();
        }
        columns.add(length < 0 ? Optional.empty() : Optional.of(bytes(body, length)));
      }
      return new DataRow(columns);
    } catch (BufferUnderflowException e) {
      throw new ProtocolException("a truncated row");
    }
  }

  private static byte[] bytes(ByteBuffer body, int length) {
    byte[] bytes = new byte[length];
    body.get(bytes);
    return bytes;
  }

  /** The bytes of a column; empty for NULL. */
  Optional<byte[]> bytes(int column) throws ProtocolException {
    if (column >= columns.size()) {
      throw new ProtocolException("a row of " + columns.size() + " columns");
    }
    return columns.get(column);
  }

  /** A column as text; empty for NULL. */
  Optional<String> text(int column) throws ProtocolException {
    return bytes(column).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** A column, parsed; {@link IllegalArgumentException} marks it as invalid. Empty for NULL. */
  <T> Optional<T> value(int column, Function<String, T> parser) throws ProtocolException {
    Optional<String> text = text(column);
    try {
      return text.map(parser);
    } catch (IllegalArgumentException e) {
      throw new ProtocolException("column " + (column + 1) + " is \"" + text.get() + '"');
    }
  }

  /** As {@link #value}, but NULL is invalid. */
  <T> T required(int column, Function<String, T> parser) throws ProtocolException {
    return value(column, parser)
        .orElseThrow(() -> new ProtocolException("column " + (column + 1) + " is null"));
  }
}
