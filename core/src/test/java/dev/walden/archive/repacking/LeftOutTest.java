package dev.walden.archive.repacking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.backup.BackupWarning;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.LeftOutParts;
import dev.walden.backup.PartsLeftOutException;
import dev.walden.backup.TarMember;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LeftOutTest {
  private static final BackupWal WAL = new BackupWal(Instant.EPOCH, Instant.EPOCH, Set.of(16385L));

  private static LeftOut of(LeftOutParts choice) {
    return new LeftOut(choice, "the backup");
  }

  private static ArrivedParts databases(String... paths) {
    ArrivedParts arrived = new ArrivedParts();
    for (String path : paths) {
      arrived.add(new TarMember(path, TarMember.Kind.DIRECTORY, 0700, 0, Instant.EPOCH));
    }
    return arrived;
  }

  @Test
  void aDatabaseThatIsCreatedOrDroppedMeanwhileMayBeIncomplete() throws Exception {
    of(LeftOutParts.REFUSE).incompleteDatabases(databases("base/16385"), WAL);
    PartsLeftOutException refused =
        assertThrows(
            PartsLeftOutException.class,
            () ->
                of(LeftOutParts.REFUSE)
                    .incompleteDatabases(databases("base/16384", "base/16385"), WAL));
    assertEquals(List.of("base/16384"), refused.parts());
  }

  @Test
  void whatIsAcceptedBecomesWarnings() throws Exception {
    LeftOut leftOut = of(LeftOutParts.RECORD);
    leftOut.said(Set.of("base/5"));
    leftOut.incompleteDatabases(databases("base/16384"), WAL);
    BackupWarning skipped = new BackupWarning("WARNING", "01000", "sendDir", "skipping");
    assertEquals(
        List.of(BackupWarning.ofFinding("base/16384/PG_VERSION is not in the backup"), skipped),
        leftOut.warnings(List.of(skipped), false));
    assertThrows(PartsLeftOutException.class, () -> of(LeftOutParts.REFUSE).said(Set.of("base/5")));
  }

  @Test
  void theNumberOfWarningsIsLimited() {
    List<BackupWarning> hundred =
        IntStream.range(0, BaseBackup.MAX_WARNINGS)
            .mapToObj(i -> BackupWarning.ofFinding("warning " + i))
            .toList();
    LeftOut leftOut = of(LeftOutParts.RECORD);
    assertEquals(hundred, leftOut.warnings(hundred, false));
    List<BackupWarning> cut = leftOut.warnings(hundred, true);
    assertEquals(BaseBackup.MAX_WARNINGS, cut.size());
    assertEquals(hundred.subList(0, 99), cut.subList(0, 99));
    assertEquals("there were more warnings, which are not recorded", cut.get(99).message());
  }
}
