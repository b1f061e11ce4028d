package dev.walden.examples.cli;

import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgeIdentityFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Generates a key pair. */
@Command(name = "keygen", description = "Generate a key pair and print the public key.")
public final class KeygenCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "the file for the secret key; must not exist")
  private Path file;

  @Override
  public Integer call() throws IOException {
    AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
    AgeIdentityFile.write(file, identity, Instant.now());
    System.out.println(identity.recipient());
    return 0;
  }
}
