package dev.walden.backup;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.walden.CorruptFileException;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the JSON of a manifest token by token; anything unexpected is a corrupt file. */
final class ManifestTokens {
  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(3)
          .maxNumberLength(20)
          .maxNameLength(100)
          // each byte takes two digits in an encoded path, up to six characters in text
          .maxStringLength(6 * ManifestPath.MAX_LENGTH)
          .build();

  private final String file;
  private final JsonParser parser;

  ManifestTokens(String file, InputStream in) throws IOException {
    JsonFactory json =
        JsonFactory.builder()
            .streamReadConstraints(LIMITS)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();
    this.file = file;
    this.parser = json.createParser(in);
  }

  /** Consumes one token, or the end of the file if it is null. */
  void expect(@Nullable JsonToken expected) throws IOException {
    JsonToken found = next();
    if (found != expected) {
      throw corrupt("expected " + name(expected) + ", found " + name(found));
    }
  }

  void objectBegins() throws IOException {
    expect(JsonToken.START_OBJECT);
  }

  void objectEnds() throws IOException {
    expect(JsonToken.END_OBJECT);
  }

  void fileEnds() throws IOException {
    expect(null);
  }

  /** Consumes a key and the start of its array. */
  void arrayBegins(String key) throws IOException {
    key(key);
    expect(JsonToken.START_ARRAY);
  }

  void key(String key) throws IOException {
    expect(JsonToken.FIELD_NAME);
    if (!parser.currentName().equals(key)) {
      throw corrupt("expected \"" + key + "\", found \"" + parser.currentName() + '"');
    }
  }

  String number(String key) throws IOException {
    key(key);
    expect(JsonToken.VALUE_NUMBER_INT);
    return text();
  }

  String string(String key) throws IOException {
    key(key);
    expect(JsonToken.VALUE_STRING);
    return text();
  }

  /**
   * The next element of an array of objects: the values by key. Keys must be known and unique. Null
   * at the end of the array.
   */
  @Nullable Map<String, String> element(Set<String> strings, Set<String> numbers)
      throws IOException {
    JsonToken token = next();
    if (token == JsonToken.END_ARRAY) {
      return null;
    }
    if (token != JsonToken.START_OBJECT) {
      throw corrupt("expected an object or the end of the array, found " + name(token));
    }
    Map<String, String> values = new HashMap<>();
    while (next() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      if (!strings.contains(key) && !numbers.contains(key)) {
        throw corrupt("unknown key \"" + key + '"');
      }
      expect(strings.contains(key) ? JsonToken.VALUE_STRING : JsonToken.VALUE_NUMBER_INT);
      if (values.put(key, text()) != null) {
        throw corrupt("duplicate key \"" + key + '"');
      }
    }
    return values;
  }

  private JsonToken next() throws IOException {
    try {
      return parser.nextToken();
    } catch (JsonProcessingException e) {
      throw corrupt(e.getOriginalMessage(), e);
    } catch (CharConversionException e) {
      throw corrupt(e.getMessage(), e);
    }
  }

  private String text() throws IOException {
    try {
      return parser.getText();
    } catch (JsonProcessingException e) {
      throw corrupt(e.getOriginalMessage(), e);
    } catch (CharConversionException e) {
      throw corrupt(e.getMessage(), e);
    }
  }

  private CorruptFileException corrupt(String problem, IOException cause) {
    long offset = parser.currentLocation().getByteOffset();
    return new CorruptFileException(file, offset, problem, cause);
  }

  CorruptFileException corrupt(String problem) {
    return new CorruptFileException(file, parser.currentTokenLocation().getByteOffset(), problem);
  }

  private static String name(@Nullable JsonToken token) {
    return token == null ? "the end of the file" : token.toString();
  }
}
