package dev.walden.codec;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the header of an age file and nothing after it. {@code age-encryption.org/v1} specifies the
 * format; the limits are ours.
 */
final class AgeHeaderReader {
  static final int MAX_LENGTH = 64 * 1024;
  static final int MAX_STANZAS = 256;

  /** How a stanza line begins. */
  static final String STANZA = "-> ";

  /** How the line with the MAC begins, which covers the header up to here. */
  static final String END = "---";

  static final byte[] VERSION_LINE = ascii("age-encryption.org/v1\n");
  private static final byte[] MAGIC = ascii("age-encryption.org/");
  private static final byte[] ARMOR = ascii("-----BEGIN AGE");

  private static final int MAX_LINE = 4096;
  private static final int MAC_LENGTH = 32;

  private final String objectName;
  private final InputStream in;
  private final ByteArrayOutputStream header = new ByteArrayOutputStream(512);

  AgeHeaderReader(String objectName, InputStream in) {
    this.objectName = objectName;
    this.in = in;
  }

  AgeHeader read() throws IOException {
    readVersion();
    List<AgeStanza> stanzas = new ArrayList<>();
    String line = readLine();
    while (line.startsWith(STANZA)) {
      if (stanzas.size() == MAX_STANZAS) {
        throw corrupt("more than " + MAX_STANZAS + " stanzas");
      }
      stanzas.add(readStanza(line));
      line = readLine();
    }
    if (stanzas.isEmpty() || !line.startsWith(END + ' ')) {
      throw corrupt("expected a stanza or the MAC line");
    }
    byte[] mac = decode(line.substring(END.length() + 1));
    if (mac.length != MAC_LENGTH) {
      throw corrupt("the MAC has " + mac.length + " bytes, expected " + MAC_LENGTH);
    }
    byte[] whole = header.toByteArray();
    int covered = whole.length - line.length() - 1 + END.length();
    return AgeHeader.of(objectName, stanzas, Arrays.copyOf(whole, covered), mac, whole.length);
  }

  private void readVersion() throws IOException {
    byte[] start = in.readNBytes(VERSION_LINE.length);
    header.write(start);
    if (Arrays.equals(start, VERSION_LINE)) {
      return;
    }
    if (startsWith(start, ARMOR)) {
      throw new UnsupportedFormatException(
          objectName + ": age's ASCII armor is not supported; decrypt it with \"age -d\"");
    }
    if (start.length == VERSION_LINE.length && startsWith(start, MAGIC)) {
      throw new UnsupportedFormatException(
          objectName + ": encrypted in a version of age's format other than v1");
    }
    Magic.require(objectName, AgeEncryption.SUFFIX, VERSION_LINE, start, start.length);
  }

  private AgeStanza readStanza(String line) throws IOException {
    List<String> words = List.of(line.substring(STANZA.length()).split(" ", -1));
    if (words.contains("")) {
      throw corrupt("an empty word in a stanza");
    }
    StringBuilder body = new StringBuilder();
    String row;
    do {
      row = readLine();
      if (row.length() > AgeStanza.COLUMNS) {
        throw corrupt("a line of a stanza's body exceeds " + AgeStanza.COLUMNS + " characters");
      }
      body.append(row);
    } while (row.length() == AgeStanza.COLUMNS);
    return new AgeStanza(words.get(0), words.subList(1, words.size()), decode(body.toString()));
  }

  private byte[] decode(String base64) throws CorruptFileException {
    try {
      return AgeBase64.decode(base64);
    } catch (IllegalArgumentException e) {
      throw corrupt("not canonical base64");
    }
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw corrupt("ends within the header");
      }
      header.write(b);
      if (b == '\n') {
        return line.toString();
      }
      if (b < ' ' || b > '~') {
        throw corrupt("a byte is not printable");
      }
      line.append((char) b);
      if (line.length() > MAX_LINE || header.size() > MAX_LENGTH) {
        throw corrupt("a header line exceeds " + MAX_LINE + " bytes, or the header " + MAX_LENGTH);
      }
    }
  }

  private CorruptFileException corrupt(String problem) {
    return new CorruptFileException(objectName, header.size(), "age header: " + problem);
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
