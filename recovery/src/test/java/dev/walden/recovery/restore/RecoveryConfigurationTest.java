package dev.walden.recovery.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.cluster.PgVersion;
import dev.walden.recovery.ConfigurationLine;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.wal.TimelineId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryConfigurationTest {

  private static RecoveryConfiguration.Builder builder() {
    return RecoveryConfiguration.builder(PgVersion.PG_15, new TimelineId(10));
  }

  private static List<String> names(RecoveryConfiguration configuration) {
    return configuration.settings().stream().map(ConfigurationLine::name).toList();
  }

  @Test
  void everyTargetIsEmptiedBeforeTheWantedOneIsSet() {
    for (RecoveryTarget target :
        List.of(
            RecoveryTarget.immediate(),
            RecoveryTarget.parse("lsn:0/1"),
            RecoveryTarget.parse("name:x"),
            RecoveryTarget.parse("xid:3"),
            RecoveryTarget.parse("2026-11-22T10:00:00Z"))) {
      List<ConfigurationLine> settings = builder().target(target).build().settings();
      ConfigurationLine wanted = target.setting().orElseThrow();
      int set = settings.indexOf(wanted);
      for (String name :
          List.of(
              "recovery_target",
              "recovery_target_lsn",
              "recovery_target_name",
              "recovery_target_time",
              "recovery_target_xid")) {
        int emptied = settings.lastIndexOf(new ConfigurationLine(name, ""));
        assertTrue(emptied >= 0 && emptied < set, () -> name + " in " + settings);
      }
    }
  }

  @Test
  void theTimelineIsADecimalNumber() {
    assertTrue(
        builder()
            .build()
            .settings()
            .contains(new ConfigurationLine("recovery_target_timeline", "10")));
  }

  @Test
  void archiveLibraryIsUnknownTo14() {
    assertFalse(
        names(RecoveryConfiguration.builder(PgVersion.PG_14, TimelineId.FIRST).build())
            .contains("archive_library"));
    assertTrue(names(builder().build()).contains("archive_library"));
  }

  @Test
  void aReplacementKeepsWhatACopyMustNotDo() {
    RecoveryConfiguration copy = builder().setting("Archive_Mode", "on").build();
    List<String> off = copy.switchedOff().stream().map(ConfigurationLine::name).toList();
    assertTrue(names(copy).containsAll(off), off::toString);
    assertTrue(off.contains("max_logical_replication_workers"), off::toString);
    assertFalse(off.contains("archive_mode"), "set again, yet named");

    RecoveryConfiguration replacement = builder().replaceSource().build();
    assertEquals(List.of(), replacement.switchedOff());
    off.forEach(name -> assertFalse(names(replacement).contains(name), name));
  }

  /** The source may itself be a copy; its archive_command is that of yet another server. */
  @Test
  void aReplacementKeepsWhatWasSwitchedOffInItsSource() throws Exception {
    byte[] original = "archive_mode = 'on'\n".getBytes(StandardCharsets.UTF_8);
    byte[] copy =
        AutoConfFile.merge(
            original, builder().target(RecoveryTarget.name("first")).restoreCommand("a").build());
    String text =
        new String(
            AutoConfFile.merge(copy, builder().replaceSource().build()), StandardCharsets.UTF_8);
    assertTrue(text.lastIndexOf("archive_mode = 'off'") > text.lastIndexOf("archive_mode = 'on'"));
    assertFalse(text.contains("first"), text);
    assertEquals(1, text.lines().filter(line -> line.startsWith("restore_command")).count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "recovery_target",
        "recovery_target_xid",
        "Recovery_Target_Time",
        "restore_command",
        "a b",
        "a=b",
        "",
        "x\n"
      })
  void refusesSettingsThatWouldContradictThePlan(String name) {
    assertThrows(IllegalArgumentException.class, () -> builder().setting(name, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "fetch %f %P", "fetch %f %p 100%", "a\nb", "a\u0000b"})
  void refusesCommandsThatNoServerCouldRun(String command) {
    assertThrows(IllegalArgumentException.class, () -> builder().restoreCommand(command).build());
  }

  @Test
  void longCommandsAreRead() {
    builder().restoreCommand("x %f %% ".repeat(100_000)).build();
  }

  @Test
  void onlyAStandbyFollowsItsPrimary() {
    assertThrows(IllegalArgumentException.class, () -> builder().followLatestTimeline().build());
    RecoveryConfiguration standby = builder().standby("host=a").followLatestTimeline().build();
    assertEquals("standby.signal", standby.signalFile());
    assertFalse(names(standby).contains("recovery_min_apply_delay"));
  }

  @Test
  void valuesDoNotReachMessages() {
    assertFalse(new ConfigurationLine("primary_conninfo", "password=x").toString().contains("x"));
  }

  @Test
  void aSecondRestoreReplacesTheBlockAndKeepsTheRest() throws Exception {
    byte[] original =
        "# Do not edit this file manually!\nwork_mem = '1\u00FCMB'"
            .getBytes(StandardCharsets.ISO_8859_1);
    RecoveryConfiguration first =
        builder().target(RecoveryTarget.name("first")).setting("port", "1").build();
    RecoveryConfiguration second =
        builder().target(RecoveryTarget.name("second")).setting("port", "2").build();

    byte[] once = AutoConfFile.merge(original, first);
    byte[] twice = AutoConfFile.merge(once, second);

    String text = new String(twice, StandardCharsets.ISO_8859_1);
    assertTrue(
        text.startsWith("# Do not edit this file manually!\nwork_mem = '1\u00FCMB'\nport = '1'\n"),
        text);
    assertFalse(text.contains("first"), text);
    assertTrue(text.endsWith("port = '2'\n"), text);
    assertEquals(1, text.lines().filter(line -> line.contains("= 'second'")).count());
    assertEquals(1, text.lines().filter(line -> line.startsWith("restore_command")).count());
  }

  @Test
  void aBlockWithoutItsEndIsKept() throws Exception {
    String begun =
        new String(AutoConfFile.merge(new byte[0], builder().build()), StandardCharsets.UTF_8)
            .lines()
            .findFirst()
            .orElseThrow();
    byte[] old = (begun + "\nwork_mem = '1MB'\n").getBytes(StandardCharsets.UTF_8);
    String text = new String(AutoConfFile.merge(old, builder().build()), StandardCharsets.UTF_8);
    assertTrue(text.contains("work_mem"), text);
  }

  /** ALTER SYSTEM forbids newlines only. */
  @Test
  void onlyNewlinesEndLines() throws Exception {
    byte[] old = "cluster_name = 'a\rb'\r\n\n# c\r".getBytes(StandardCharsets.UTF_8);
    String merged = new String(AutoConfFile.merge(old, builder().build()), StandardCharsets.UTF_8);
    assertTrue(merged.startsWith("cluster_name = 'a\rb'\r\n\n# c\r\n# Walden"), merged);
  }
}
