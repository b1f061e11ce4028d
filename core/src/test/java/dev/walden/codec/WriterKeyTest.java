package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.UntrustedObjectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writers' keys and signatures; openssl is the judge. */
class WriterKeyTest {
  @TempDir Path folder;
  private final WriterKey key = WriterKey.generate(new SecureRandom());
  private final Claim claim = Claim.of("7/wal/x.zst.age", new byte[32]);

  @Test
  void opensslVerifiesWhatIsSigned() throws Exception {
    Command openssl = Command.in(folder, "openssl");
    Files.writeString(folder.resolve("writer.pub"), key.publicKey().pem());
    Files.write(folder.resolve("claim"), claim.signedText());
    Files.write(folder.resolve("signature"), key.sign(claim).bytes());
    openssl.run(
        new byte[0],
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "writer.pub",
        "-rawin",
        "-in",
        "claim",
        "-sigfile",
        "signature");
  }

  @Test
  void keysOfOpensslAreRead() throws Exception {
    Command openssl = Command.in(folder, "openssl");
    openssl.run(new byte[0], "openssl", "genpkey", "-algorithm", "ed25519", "-out", "theirs.pem");
    openssl.run(
        new byte[0], "openssl", "pkey", "-in", "theirs.pem", "-pubout", "-out", "theirs.pub");
    WriterKey theirs = WriterKey.parse(Files.readString(folder.resolve("theirs.pem")));
    assertEquals(
        theirs.publicKey(), WriterPublicKey.parse(Files.readString(folder.resolve("theirs.pub"))));
    assertEquals(Files.readString(folder.resolve("theirs.pem")), theirs.pem());
  }

  @Test
  void onlyTheSignedClaimIsBelieved() throws Exception {
    TrustedWriters writers = TrustedWriters.anybody().and(key.publicKey());
    WriterSignature signature = WriterSignature.parse(key.sign(claim).toString());
    writers.require("x", claim, Optional.of(signature));
    byte[] other = new byte[32];
    other[31] = 1;
    for (Claim wrong :
        new Claim[] {new Claim("7/wal/y", new byte[32]), new Claim(claim.name(), other)}) {
      assertThrows(
          UntrustedObjectException.class,
          () -> writers.require("x", wrong, Optional.of(signature)));
    }
    assertThrows(
        UntrustedObjectException.class, () -> writers.require("x", claim, Optional.empty()));
    TrustedWriters.anybody().require("x", claim, Optional.empty());
  }

  @Test
  void noSecretIsShown() {
    assertFalse(key.toString().contains(key.pem().split("\n")[1].substring(22)), key.toString());
    assertTrue(key.toString().contains(key.publicKey().toString()), key.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIAAA\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMC4C\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----END PRIVATE KEY-----"
      })
  void whatIsNoKeyIsRefusedWithoutBeingRepeated(String text) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> WriterKey.parse(text)).getMessage();
    assertFalse(message.contains("MC4C"), message);
    assertThrows(IllegalArgumentException.class, () -> WriterPublicKey.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "walden-ed25519", "walden-ed25519 AA AA", "other A B", "a b c d"})
  void whatIsNoSignatureIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> WriterSignature.parse(text));
  }
}
