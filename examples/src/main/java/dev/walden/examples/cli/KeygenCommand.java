package dev.walden.examples.cli;

import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgeIdentityFile;
import dev.walden.codec.WriterKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Generates a key pair. */
@Command(
    name = "keygen",
    description = {
      "Generate a key pair and print the public key: for --identity and --recipient, or",
      "with --writer for --sign-with and --trust-writer."
    })
public final class KeygenCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "the file for the secret key; must not exist")
  private Path file;

  @Option(
      names = "--writer",
      description = "a key that signs, as \"openssl genpkey -algorithm ed25519\" writes it")
  private boolean writer;

  @Override
  public Integer call() throws IOException {
    if (writer) {
      WriterKey key = WriterKey.generate(new SecureRandom());
      key.write(file);
      System.out.print(key.publicKey().pem());
      return 0;
    }
    AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
    AgeIdentityFile.write(file, identity, Instant.now());
    System.out.println(identity.recipient());
    return 0;
  }
}
