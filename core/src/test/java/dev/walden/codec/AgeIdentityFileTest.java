package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgeIdentityFileTest {
  private static final Instant CREATED = Instant.parse("2026-02-03T04:05:06.789Z");

  @TempDir Path folder;

  @Test
  void anIdentityFileIsOnlyItsOwners() throws IOException {
    Path file = folder.resolve("key.txt");
    AgeIdentityFile.write(file, Samples.IDENTITY, CREATED);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(List.of(Samples.IDENTITY), AgeIdentityFile.read(file));
    List<String> lines = Files.readAllLines(file);
    assertEquals("# created: 2026-02-03T04:05:06Z", lines.get(0));
    assertEquals("# public key: " + Samples.IDENTITY.recipient(), lines.get(1));
  }

  @Test
  void anIdentityFileIsNeverOverwritten() throws IOException {
    Path file = folder.resolve("key.txt");
    AgeIdentityFile.write(file, Samples.IDENTITY, CREATED);
    assertThrows(
        FileAlreadyExistsException.class,
        () -> AgeIdentityFile.write(file, Samples.OTHER, CREATED));
    assertEquals(List.of(Samples.IDENTITY), AgeIdentityFile.read(file));
  }

  @Test
  void commentsBlankLinesAndWindowsLineEndsAreAllowed() throws IOException {
    Path file = folder.resolve("keys.txt");
    String text =
        "# old\r\n\r\n"
            + Samples.OTHER.secretKey()
            + "\r\n\n# new\n"
            + Samples.IDENTITY.secretKey();
    Files.writeString(file, text);
    assertEquals(List.of(Samples.OTHER, Samples.IDENTITY), AgeIdentityFile.read(file));
  }

  @Test
  void aDamagedLineIsNamedAndNotRepeated() throws IOException {
    Path file = folder.resolve("keys.txt");
    String secret = Samples.IDENTITY.secretKey();
    Files.writeString(file, "# comment\n" + secret.replace("KEY-1", "KEY-1Q") + "\n");
    Exception e = assertThrows(CorruptFileException.class, () -> AgeIdentityFile.read(file));
    assertTrue(e.getMessage().contains("line 2"), e.getMessage());
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertFalse(e.getMessage().contains(secret.substring(20, 30)), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# only a comment\n", "age1qqq\n", "-----BEGIN OPENSSH\n"})
  void aFileWithoutIdentitiesIsCorrupt(String text) throws IOException {
    Path file = folder.resolve("keys.txt");
    Files.writeString(file, text);
    assertThrows(CorruptFileException.class, () -> AgeIdentityFile.read(file));
  }

  @Test
  void whatIsNotSupportedSaysSo() throws IOException {
    Path file = folder.resolve("keys.txt");
    Files.writeString(file, "AGE-PLUGIN-YUBIKEY-1QQQ\n");
    assertThrows(UnsupportedFormatException.class, () -> AgeIdentityFile.read(file));
    Codec codec = new Codec(Compression.NONE, Encryption.withPassphrase(Samples.PASSPHRASE));
    Files.write(file, Samples.encode(codec, Samples.IDENTITY.secretKey().getBytes()));
    Exception e = assertThrows(UnsupportedFormatException.class, () -> AgeIdentityFile.read(file));
    assertTrue(e.getMessage().contains("age -d"), e.getMessage());
  }

  @Test
  void junkIsCorrupt() throws IOException {
    Path file = folder.resolve("keys.txt");
    Files.write(file, Samples.bytes(5000));
    assertThrows(ArchiveException.class, () -> AgeIdentityFile.read(file));
    Files.write(file, new byte[2_000_000]);
    assertThrows(CorruptFileException.class, () -> AgeIdentityFile.read(file));
  }

  @Test
  void ageKeygenReadsOursAndWeReadIts() throws Exception {
    Command command = Command.in(folder, "age-keygen");
    Path ours = folder.resolve("ours.txt");
    AgeIdentityFile.write(ours, Samples.IDENTITY, CREATED);
    byte[] shown = command.run(new byte[0], "age-keygen", "-y", "ours.txt");
    assertArrayEquals((Samples.IDENTITY.recipient() + "\n").getBytes(), shown);
    command.run(new byte[0], "age-keygen", "-o", "theirs.txt");
    Path theirs = folder.resolve("theirs.txt");
    String comment = Files.readAllLines(theirs).get(1);
    AgeIdentity identity = AgeIdentityFile.read(theirs).get(0);
    assertEquals(comment, "# public key: " + identity.recipient());
  }
}
