package dev.walden.backup;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the lines of a {@code tablespace_map}. */
final class TablespaceMapReader {
  private static final Pattern LINE =
      Pattern.compile("([1-9][0-9]{0,9}) ((?:[^\\n\\r\\\\]|\\\\[\\n\\r\\\\])++)\\n");

  private final String file;
  private final byte[] content;

  TablespaceMapReader(String file, byte[] content) {
    this.file = file;
    this.content = content;
  }

  TablespaceMap read() throws CorruptFileException, UnsupportedFormatException {
    if (content.length > TablespaceMap.MAX_CONTENT) {
      throw new CorruptFileException(
          file, "longer than " + TablespaceMap.MAX_CONTENT + " bytes; not a tablespace_map");
    }
    // one character per byte, so that indexes are file offsets
    String text = new String(content, ISO_8859_1);
    List<TablespaceMap.Entry> entries = new ArrayList<>();
    Matcher line = LINE.matcher(text);
    int at = 0;
    while (at < text.length()) {
      if (!line.region(at, text.length()).lookingAt()) {
        throw new CorruptFileException(file, at, "expected an OID, a space, a path and a newline");
      }
      entries.add(entry(line, at));
      at = line.end();
    }
    try {
      return new TablespaceMap(entries);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(file, CorruptFileException.NO_OFFSET, e.getMessage(), e);
    }
  }

  private TablespaceMap.Entry entry(Matcher line, int at)
      throws CorruptFileException, UnsupportedFormatException {
    byte[] path = line.group(2).replaceAll("\\\\([\\n\\r\\\\])", "$1").getBytes(ISO_8859_1);
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(path)).toString();
      return new TablespaceMap.Entry(Long.parseLong(line.group(1)), text);
    } catch (CharacterCodingException e) {
      throw new UnsupportedFormatException(
          file + " names tablespace " + line.group(1) + " by a path that is not in UTF-8", e);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(file, at, e.getMessage(), e);
    }
  }
}
