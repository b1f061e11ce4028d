package dev.walden.recovery.agreement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.PlanWarning;
import dev.walden.recovery.plan.PlanWarning.Kind;
import dev.walden.recovery.plan.RecoveryImpossibleException;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.plan.RecoveryStopPoint;
import dev.walden.recovery.simulate.RecoverySimulator;
import dev.walden.recovery.simulate.SimulatedRecovery;
import dev.walden.recovery.simulate.SimulatedRecovery.Outcome;
import dev.walden.recovery.simulate.WalDelivery;
import dev.walden.testing.PostgresBinaries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random work, random targets, possible ones and others: the simulation says what the server will
 * do, then a real server does it. Both must agree on everything, to the byte. The server gets its
 * WAL as users' servers do: from {@code pg_wal}, by Walden's {@code restore_command}, or by one
 * that knows nothing, as {@code cp}.
 *
 * <p>{@value #CASES} says how many cases for each version, {@value #SEED} with which seed: that of
 * the day by default. A disagreement keeps its archive, and prints the line that does the same case
 * again: {@value #VERSION}, {@value #CASE} and {@value #ARCHIVE}.
 */
@Timeout(value = 7200, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RecoveryAgreementIT {
  private static final String CASES = "walden.agreement.cases";
  private static final String SEED = "walden.agreement.seed";
  private static final String VERSION = "walden.agreement.version";
  private static final String CASE = "walden.agreement.case";
  private static final String ARCHIVE = "walden.agreement.archive";

  /** With these a plan says that a {@code restore_command} may end the server. */
  private static final Set<Kind> COMMAND_ENDS =
      EnumSet.of(Kind.MISSING_HISTORY, Kind.INCOMPLETE_SEGMENT, Kind.TAKEN_TIMELINE);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path directory;

  private long seed;
  private long nanos;
  private final Map<String, Integer> outcomes = new TreeMap<>();

  static IntStream versions() {
    Integer only = Integer.getInteger(VERSION);
    return only == null ? IntStream.rangeClosed(14, 18) : IntStream.of(only);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void serverAndSimulationAgree(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    seed = Long.getLong(SEED, today());
    int number = Integer.getInteger(CASES, 12);
    Path archive = archive(major, number);
    AgreementCases cases = new AgreementCases(SeenArchive.of(archive), directory.resolve("cases"));
    int first = Integer.getInteger(CASE, 1);
    int last = Integer.getInteger(CASE, number);
    List<String> disagreements = new ArrayList<>();
    for (int i = first; i <= last; i++) {
      String which = "version " + major + ", seed " + seed + ", case " + i;
      try {
        // each by itself, so that it can be repeated
        Random random = new Random((seed * 100 + major) * 10_000 + i);
        AgreementCase next = cases.draw(random, "case" + i);
        judge(cases, next, next.toString());
        next.clean();
      } catch (AssertionError | IOException | SQLException | RuntimeException e) {
        disagreements.add(which + ": " + e + "\nagain: " + again(major, i, archive));
        System.out.println(disagreements.get(disagreements.size() - 1));
      }
    }
    System.out.printf(
        "version %d, seed %d: %s, %d disagree, simulated in %d ms each%n",
        major, seed, outcomes, disagreements.size(), nanos / (last - first + 1) / 1_000_000);
    assertTrue(disagreements.isEmpty(), String.join("\n\n", disagreements));
  }

  private static long today() {
    return Long.parseLong(
        LocalDate.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyyMMdd")));
  }

  /** The archive of a run that disagreed, or a new one. */
  private Path archive(int major, int number) throws Exception {
    Optional<String> kept = Optional.ofNullable(System.getProperty(ARCHIVE));
    Path archive = kept.map(Path::of).orElse(directory.resolve("archive"));
    if (kept.isEmpty()) {
      Path world = Files.createDirectory(directory.resolve("world"));
      new AgreementWorld(major, seed, world).make(archive, number < 10 ? 1 : 3);
    }
    return archive;
  }

  private String again(int major, int number, Path archive) {
    return String.format(
        "./mvnw verify -pl recovery -am -Dtest=RecoveryAgreementIT"
            + " -Dsurefire.failIfNoSpecifiedTests=false -D%s=%d -D%s=%d -D%s=%d -D%s=%s",
        VERSION, major, SEED, seed, CASE, number, ARCHIVE, archive);
  }

  private void judge(AgreementCases cases, AgreementCase next, String which) throws Exception {
    RecoverySimulator simulator = cases.simulator(next);
    long start = System.nanoTime();
    SimulatedRecovery simulated = simulator.simulate(next.plan());
    nanos += System.nanoTime() - start;
    outcomes.merge(kind(simulated), 1, Integer::sum);
    Optional<RecoveryPlan> plan = plan(next, simulated, which);
    if (plan.isPresent()) {
      checkPromise(plan.get(), simulator, which);
    }
    RecoveredServer server = cases.recover(next);
    try {
      List<String> differences = server.differences(simulated);
      assertTrue(differences.isEmpty(), which + "\n" + String.join("\n", differences));
      if (plan.isPresent() && server.outcome() == Outcome.PROMOTED) {
        checkDatabases(plan.get(), server.unusableDatabases(), which);
      }
    } finally {
      server.kill();
    }
  }

  /** The planner's plan, if it makes one; it must refuse only what fails. */
  private static Optional<RecoveryPlan> plan(
      AgreementCase next, SimulatedRecovery simulated, String which) throws IOException {
    RecoveryPlan given = next.plan();
    try {
      return Optional.of(
          RecoveryPlanner.of(next.seen().archive())
              .targetTimeline(given.requestedTimeline())
              .backup(given.backup().id())
              .action(given.action())
              .plan(given.target()));
    } catch (RecoveryImpossibleException e) {
      boolean unnoticed =
          given.target() instanceof RecoveryTarget.Time time
              && given.backup().startTime().isAfter(time.time());
      assertTrue(
          !next.seen().intact()
              || simulated.outcome() == Outcome.FAILED
              || tooLow(simulated)
              || unnoticed
              || e.reason() == Reason.AMBIGUOUS_TARGET,
          which + "\n" + e);
      return Optional.empty();
    }
  }

  private static boolean tooLow(SimulatedRecovery simulated) {
    return simulated.log().toString().contains("insufficient parameter settings");
  }

  /** A plan must say where its server stops, or for whose server it does not hold. */
  private static void checkPromise(RecoveryPlan plan, RecoverySimulator simulator, String which)
      throws IOException {
    Set<Kind> warned = plan.warnings().stream().map(PlanWarning::kind).collect(Collectors.toSet());
    for (WalDelivery delivery : List.of(WalDelivery.PG_WAL, WalDelivery.RESTORE_COMMAND)) {
      SimulatedRecovery simulated = simulator.delivery(delivery).simulate(plan);
      boolean command = delivery == WalDelivery.RESTORE_COMMAND;
      String text = which + "\nby " + delivery + "\n" + plan.explain() + simulated;
      if (simulated.log().toString().contains("has already been removed")) {
        assertTrue(warned.contains(Kind.PREPARED_TRANSACTION), text);
      } else if (simulated.log().toString().contains("could not restore file")) {
        assertTrue(command && !Collections.disjoint(warned, COMMAND_ENDS), text);
      } else if (!tooLow(simulated)) {
        RecoveryStopPoint stop = plan.stop().orElseThrow();
        assertNotEquals(Outcome.FAILED, simulated.outcome(), text);
        assertEquals(stop.lsn(), simulated.stopLsn(), text);
        simulated
            .lastTransaction()
            .ifPresent(last -> assertEquals(Optional.of(last), stop.last(), text));
      }
    }
  }

  /** A plan must say which databases cannot be used. */
  private void checkDatabases(RecoveryPlan plan, Set<Long> unusable, String which) {
    List<String> drops =
        plan.warnings().stream()
            .filter(warning -> warning.kind() == Kind.UNFINISHED_DROP)
            .map(PlanWarning::text)
            .toList();
    assertEquals(unusable.size(), drops.size(), which + "\n" + unusable + "\n" + drops);
    for (Long database : unusable) {
      assertTrue(drops.toString().contains("database " + database + " is"), which + "\n" + drops);
    }
    outcomes.merge("unusable databases", unusable.size(), Integer::sum);
  }

  private static String kind(SimulatedRecovery simulated) {
    List<String> log = simulated.log();
    String last = log.get(log.size() - 1).replaceAll("[0-9A-F]+/[0-9A-F]+|[0-9][0-9A-F]*", "n");
    return simulated.outcome() == Outcome.FAILED
        ? last
        : simulated.outcome() + (simulated.metDamage() ? " at damage" : "");
  }
}
