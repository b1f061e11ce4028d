package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The age command reads what we write, and we read what it writes. */
class AgeCommandTest {
  @TempDir Path folder;
  private Command command;

  @BeforeEach
  void writeIdentities() throws Exception {
    command = Command.in(folder, "age", "age-keygen");
    AgeIdentityFile.write(folder.resolve("ours"), Samples.IDENTITY, Instant.EPOCH);
    command.run(new byte[0], "age-keygen", "-o", "theirs");
  }

  private AgeIdentity theirs() throws Exception {
    return AgeIdentityFile.read(folder.resolve("theirs")).get(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65535, 65536, 65537, 131072, 131073, 3_000_000})
  void bothReadEachOther(int length) throws Exception {
    byte[] plain = Samples.bytes(length);
    Encryption both =
        Encryption.toRecipients(List.of(Samples.IDENTITY.recipient(), theirs().recipient()));
    byte[] stored = withDigest(new Codec(Compression.NONE, both), plain);
    assertArrayEquals(plain, command.run(stored, "age", "-d", "-i", "ours"));
    assertArrayEquals(plain, command.run(stored, "age", "-d", "-i", "theirs"));

    String ours = Samples.IDENTITY.recipient().toString();
    assertArrayEquals(plain, Samples.decode("x.age", command.run(plain, "age", "-r", ours)));
    byte[] toTwo = command.run(plain, "age", "-r", theirs().recipient().toString(), "-r", ours);
    DecryptionKeys second = DecryptionKeys.of(List.of(theirs()));
    assertArrayEquals(plain, Samples.decode("x.age", toTwo));
    assertArrayEquals(plain, Samples.decode("x.age", toTwo, second));
  }

  @Test
  void ageThenZstdGivesThePlainBytes() throws Exception {
    Command.in(folder, "zstd");
    byte[] plain = Samples.bytes(1_000_000);
    byte[] stored = withDigest(new Codec(Compression.ZSTD, Samples.toIdentity()), plain);
    byte[] compressed = command.run(stored, "age", "-d", "-i", "ours");
    assertArrayEquals(plain, command.run(compressed, "zstd", "-d"));
  }

  @Test
  void ageRefusesAnObjectThatWasGivenUp() throws Exception {
    for (int length : new int[] {0, 65536, 131072}) {
      ByteArrayOutputStream sink = new ByteArrayOutputStream();
      try (EncodingOutputStream out =
          new Codec(Compression.NONE, Samples.toIdentity()).encode(sink)) {
        out.write(Samples.bytes(length));
      }
      assertTrue(command.refuses(sink.toByteArray(), "age", "-d", "-i", "ours"));
    }
  }

  /** With age's own work factor of 18. The command wants a terminal, which script(1) gives it. */
  @Tag("long")
  @Test
  void bothReadEachOthersPassphrase() throws Exception {
    Command.in(folder, "script");
    byte[] plain = Samples.bytes(70_000);
    AgePassphrase passphrase = AgePassphrase.of("Grüße, Welt".toCharArray());
    Codec codec = new Codec(Compression.NONE, Encryption.withPassphrase(passphrase));
    Files.write(folder.resolve("ours.age"), Samples.encode(codec, plain));
    type("Grüße, Welt\n", "age -d -o ours.plain ours.age");
    assertArrayEquals(plain, Files.readAllBytes(folder.resolve("ours.plain")));

    type("Grüße, Welt\n".repeat(2), "age -p -o theirs.age ours.plain");
    byte[] theirs = Files.readAllBytes(folder.resolve("theirs.age"));
    assertArrayEquals(plain, Samples.decode("x.age", theirs, Samples.KEYS.and(passphrase)));
  }

  private void type(String typed, String line) throws Exception {
    byte[] input = typed.getBytes(StandardCharsets.UTF_8);
    command.run(input, "script", "-qec", line, "/dev/null");
  }

  private static byte[] withDigest(Codec codec, byte[] plain) throws Exception {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(plain);
    try (EncodingOutputStream out = codec.encode(sink, Samples.signed(digest))) {
      out.write(plain);
      out.finish();
    }
    return sink.toByteArray();
  }
}
