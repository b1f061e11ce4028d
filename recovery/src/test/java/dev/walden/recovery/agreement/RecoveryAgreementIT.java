package dev.walden.recovery.agreement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.RecoveryImpossibleException;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.plan.RecoveryStopPoint;
import dev.walden.recovery.simulate.RecoverySimulator;
import dev.walden.recovery.simulate.SimulatedRecovery;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random work, random targets, possible ones and others: the simulation says what the server will
 * do, then a real server does it. Both must agree on everything, to the byte.
 *
 * <p>{@value #CASES} says how many cases for each version, {@value #SEED} with which seed.
 */
@Timeout(value = 3600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RecoveryAgreementIT {
  private static final String CASES = "walden.agreement.cases";
  private static final String SEED = "walden.agreement.seed";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void serverAndSimulationAgree(int major) throws Exception {
    long seed = Long.getLong(SEED, 1);
    int cases = Integer.getInteger(CASES, 4);
    AgreementWorld world = new AgreementWorld(major, seed, directory);
    world.make(cases < 10 ? 1 : 3);
    long nanos = 0;
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int i = 1; i <= cases; i++) {
      AgreementWorld.Case next = world.draw();
      String which = "version " + major + ", seed " + seed + ", case " + i + ": " + next;
      RecoverySimulator simulator = world.simulator(next);
      long start = System.nanoTime();
      SimulatedRecovery simulated = simulator.simulate(next.plan());
      nanos += System.nanoTime() - start;
      if (next.wal().intact()) {
        assertEquals(
            simulated,
            world.configured(next, RecoverySimulator.of(world.archive())).simulate(next.plan()),
            which);
        checkPlanner(world, next, simulated, which);
      }
      RecoveredServer server = world.recover(next);
      List<String> differences = server.differences(simulated);
      server.kill();
      assertTrue(differences.isEmpty(), which + "\n" + String.join("\n", differences));
      AgreementWorld.clean(next);
      outcomes.merge(kind(simulated), 1, Integer::sum);
    }
    System.out.println(
        "version "
            + major
            + ", seed "
            + seed
            + ": "
            + outcomes
            + ", simulated in "
            + nanos / cases / 1000000
            + " ms each");
  }

  /** The planner must promise what happens, and refuse what fails. */
  private static void checkPlanner(
      AgreementWorld world, AgreementWorld.Case next, SimulatedRecovery simulated, String which)
      throws IOException {
    RecoveryPlan given = next.plan();
    RecoveryPlanner planner =
        RecoveryPlanner.of(world.archive())
            .targetTimeline(given.requestedTimeline())
            .backup(given.backup().id())
            .action(given.action());
    boolean failed = simulated.outcome() == SimulatedRecovery.Outcome.FAILED;
    boolean settings = simulated.log().toString().contains("insufficient parameter settings");
    boolean forgotten = simulated.log().toString().contains("has already been removed");
    try {
      RecoveryPlan plan = planner.plan(given.target());
      if (forgotten) {
        assertTrue(plan.warnings().toString().contains("hot_standby"), which + plan.explain());
      } else if (plan.serverTarget().equals(given.target()) && !settings) {
        RecoveryStopPoint stop = plan.stop().orElseThrow();
        assertFalse(failed, which + "\n" + plan.explain() + simulated);
        assertEquals(stop.lsn(), simulated.stopLsn(), which + "\n" + plan.explain());
        simulated
            .lastTransaction()
            .ifPresent(last -> assertEquals(Optional.of(last), stop.last(), which));
      }
    } catch (RecoveryImpossibleException e) {
      boolean unnoticed =
          given.target() instanceof RecoveryTarget.Time time
              && given.backup().startTime().isAfter(time.time());
      assertTrue(
          failed || settings || unnoticed || e.reason() == Reason.AMBIGUOUS_TARGET,
          which + "\n" + e);
    }
  }

  private static String kind(SimulatedRecovery simulated) {
    List<String> log = simulated.log();
    String last = log.get(log.size() - 1).replaceAll("[0-9A-F]+/[0-9A-F]+|[0-9][0-9A-F]*", "n");
    return simulated.outcome() == SimulatedRecovery.Outcome.FAILED
        ? last
        : simulated.outcome() + (simulated.metDamage() ? " at damage" : "");
  }
}
