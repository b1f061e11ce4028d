package dev.walden.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.walden.CorruptFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * A small JSON document: an object of strings, integers, booleans, objects, and lists of objects,
 * strings or integers. Members keep their order. Must not be changed once published.
 */
public final class JsonObject {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(8)
                  .maxStringLength(64 * 1024)
                  .maxNameLength(256)
                  .maxNumberLength(20)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final String file;
  private final Map<String, Object> members = new LinkedHashMap<>();

  private JsonObject(String file) {
    this.file = file;
  }

  /** An empty object to be filled with {@link #with}. */
  public static JsonObject create() {
    return new JsonObject("new document");
  }

  /**
   * Reads a document.
   *
   * @param file the name of the bytes in error messages
   * @throws CorruptFileException if the bytes are not one such JSON object
   */
  public static JsonObject parse(String file, byte[] content) throws CorruptFileException {
    try (JsonParser parser = FACTORY.createParser(content)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new CorruptFileException(file, 0, "not a JSON object");
      }
      JsonObject object = readObject(file, parser);
      if (parser.nextToken() != null) {
        throw new CorruptFileException(
            file, parser.currentTokenLocation().getByteOffset(), "content after the JSON object");
      }
      return object;
    } catch (CorruptFileException e) {
      throw e;
    } catch (JsonProcessingException e) {
      long offset = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
      throw new CorruptFileException(file, offset, "not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new CorruptFileException(file, CorruptFileException.NO_OFFSET, "not JSON", e);
    }
  }

  private static JsonObject readObject(String file, JsonParser parser) throws IOException {
    JsonObject object = new JsonObject(file);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      object.members.put(name, readValue(file, parser));
    }
    return object;
  }

  private static Object readValue(String file, JsonParser parser) throws IOException {
    switch (parser.currentToken()) {
      case VALUE_STRING:
        return parser.getText();
      case VALUE_NUMBER_INT:
        return parser.getLongValue();
      case VALUE_TRUE:
        return true;
      case VALUE_FALSE:
        return false;
      case START_OBJECT:
        return readObject(file, parser);
      case START_ARRAY:
        return readList(file, parser);
      default:
        throw unexpected(file, parser);
    }
  }

  private static List<Object> readList(String file, JsonParser parser) throws IOException {
    List<Object> list = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      switch (parser.currentToken()) {
        case START_OBJECT, VALUE_STRING, VALUE_NUMBER_INT -> list.add(readValue(file, parser));
        default -> throw unexpected(file, parser);
      }
    }
    return list;
  }

  private static CorruptFileException unexpected(String file, JsonParser parser) {
    return new CorruptFileException(
        file,
        parser.currentTokenLocation().getByteOffset(),
        "unexpected " + parser.currentToken() + " in JSON");
  }

  /**
   * Adds a member: a String, Long, Integer, Boolean, JsonObject or List of String, Long or
   * JsonObject.
   */
  public JsonObject with(String name, Object value) {
    Object stored = value instanceof Integer number ? Long.valueOf(number) : value;
    if (!(stored instanceof String
        || stored instanceof Long
        || stored instanceof Boolean
        || stored instanceof JsonObject
        || stored instanceof List)) {
      throw new IllegalArgumentException("not a JSON value: " + name);
    }
    if (members.putIfAbsent(name, stored) != null) {
      throw new IllegalArgumentException("duplicate JSON member: " + name);
    }
    return this;
  }

  /** Whether there is a member {@code name}. */
  public boolean has(String name) {
    return members.containsKey(name);
  }

  /** The string {@code name}. */
  public String text(String name) throws CorruptFileException {
    return member(name, String.class);
  }

  /** The string {@code name}, if present. */
  public Optional<String> optionalText(String name) throws CorruptFileException {
    return members.containsKey(name) ? Optional.of(text(name)) : Optional.empty();
  }

  /** The number {@code name}, not negative. */
  public long number(String name) throws CorruptFileException {
    long number = member(name, Long.class);
    if (number < 0) {
      throw new CorruptFileException(file, "\"" + name + "\" is negative");
    }
    return number;
  }

  /** The boolean {@code name}. */
  public boolean truth(String name) throws CorruptFileException {
    return member(name, Boolean.class);
  }

  /** The object {@code name}. */
  public JsonObject object(String name) throws CorruptFileException {
    return member(name, JsonObject.class);
  }

  /** The object {@code name}, if present. */
  public Optional<JsonObject> optionalObject(String name) throws CorruptFileException {
    return has(name) ? Optional.of(object(name)) : Optional.empty();
  }

  /** The list of objects {@code name}. */
  public List<JsonObject> objects(String name) throws CorruptFileException {
    return list(name, JsonObject.class);
  }

  /** The list of strings {@code name}. */
  public List<String> texts(String name) throws CorruptFileException {
    return list(name, String.class);
  }

  /** The list of numbers {@code name}, none negative. */
  public List<Long> numbers(String name) throws CorruptFileException {
    List<Long> numbers = list(name, Long.class);
    for (long number : numbers) {
      if (number < 0) {
        throw new CorruptFileException(file, "\"" + name + "\" has a negative number");
      }
    }
    return numbers;
  }

  private <T> List<T> list(String name, Class<T> type) throws CorruptFileException {
    List<T> result = new ArrayList<>();
    for (Object element : member(name, List.class)) {
      if (!type.isInstance(element)) {
        throw new CorruptFileException(file, "\"" + name + "\" has elements of the wrong type");
      }
      result.add(type.cast(element));
    }
    return result;
  }

  /** The string {@code name}, parsed; what {@code parser} rejects is corrupt. */
  public <T> T value(String name, Function<String, T> parser) throws CorruptFileException {
    String text = text(name);
    return convert(name, () -> parser.apply(text));
  }

  /** The number {@code name}, converted; what {@code parser} rejects is corrupt. */
  public <T> T number(String name, LongFunction<T> parser) throws CorruptFileException {
    long number = number(name);
    return convert(name, () -> parser.apply(number));
  }

  private <T> T convert(String name, Supplier<T> conversion) throws CorruptFileException {
    try {
      return conversion.get();
    } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
      throw new CorruptFileException(
          file, CorruptFileException.NO_OFFSET, "\"" + name + "\": " + e.getMessage(), e);
    }
  }

  private <T> T member(String name, Class<T> type) throws CorruptFileException {
    Object value = members.get(name);
    if (!type.isInstance(value)) {
      throw new CorruptFileException(
          file,
          value == null ? "\"" + name + "\" is missing" : "\"" + name + "\" has the wrong type");
    }
    return type.cast(value);
  }

  /** The document as UTF-8, indented, with a final newline. */
  public byte[] toBytes() {
    return toBytes(new DefaultPrettyPrinter());
  }

  /** The document as UTF-8 on one line, with a final newline. */
  public byte[] toLine() {
    return toBytes(new MinimalPrettyPrinter());
  }

  private byte[] toBytes(PrettyPrinter printer) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      generator.setPrettyPrinter(printer);
      write(generator);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.write('\n');
    return out.toByteArray();
  }

  private void write(JsonGenerator generator) throws IOException {
    generator.writeStartObject();
    for (Map.Entry<String, Object> member : members.entrySet()) {
      generator.writeFieldName(member.getKey());
      writeValue(generator, member.getValue());
    }
    generator.writeEndObject();
  }

  private static void writeValue(JsonGenerator generator, Object value) throws IOException {
    if (value instanceof JsonObject object) {
      object.write(generator);
    } else if (value instanceof List<?> list) {
      generator.writeStartArray();
      for (Object element : list) {
        writeValue(generator, element);
      }
      generator.writeEndArray();
    } else if (value instanceof Long number) {
      generator.writeNumber(number);
    } else if (value instanceof Boolean truth) {
      generator.writeBoolean(truth);
    } else {
      generator.writeString((String) value);
    }
  }

  /** The document as text. */
  @Override
  public String toString() {
    return new String(toBytes(), StandardCharsets.UTF_8);
  }
}
