package dev.walden.modular;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.s3.S3Storage;
import dev.walden.codec.AgeIdentity;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.server.ServerAddress;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import java.net.URI;
import java.security.SecureRandom;

/** Receives WAL into a bucket, takes a base backup and plans: {@code JDBC_URL S3_URI}. */
public final class ModularProgram {
  private ModularProgram() {}

  public static void main(String[] arguments) throws Exception {
    ServerAddress server = ServerAddress.of(arguments[0]);
    AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
    ArchiveSettings settings =
        ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity);
    try (S3Storage storage = S3Storage.at(URI.create(arguments[1])).open();
        ArchiveStore archive =
            ArchiveStore.openOrCreate(storage, settings, ServerIdentity.of(server))) {
      try (WalReceiver receiver = WalReceiver.from(server).into(archive).slot("modular").start()) {
        BaseBackupTaker.of(server, archive).take();
        System.out.println("received up to " + receiver.status().received());
      }
      System.out.println(RecoveryPlanner.of(archive).plan(RecoveryTarget.latest()));
    }
  }
}
