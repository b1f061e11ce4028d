package dev.walden.recovery.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.backup.BaseBackup;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.wal.Lsn;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.statistics.Statistics;

class RecoveryPlannerProperties {

  @Tag("long")
  @Property(tries = 3000)
  void decidesAsTheOracle(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    PlanWorld world = PlanWorld.random(random);
    RecoveryTarget target = target(world, random);
    PlanOracle.Answer expected = new PlanOracle(world).answer(target);
    Statistics.collect(expected.reason() == null ? "planned" : expected.reason().toString());
    String situation = world + "target: " + target;
    RecoveryPlan plan;
    try {
      plan = RecoveryPlanner.of(world.contents()).plan(target);
    } catch (RecoveryImpossibleException e) {
      assertEquals(expected.reason(), e.reason(), () -> situation + "\n" + e.getMessage());
      return;
    }
    assertEquals(expected.reason(), null, () -> situation + "\n" + plan.explain());
    assertEquals(expected.timeline(), plan.timeline().value(), situation);
    assertEquals(expected.backup(), plan.backup(), situation);
    List<String> files = plan.segments().map(s -> s.timeline() + ":" + s.number()).toList();
    assertEquals(expected.files().subList(0, files.size()), files, situation);
    assertEquals(plan.segmentCount(), files.size());
    if (!(target instanceof RecoveryTarget.Immediate
        || target instanceof RecoveryTarget.Position)) {
      assertEquals(expected.files().size(), files.size(), situation);
    }
    assertTrue(plan.walEnd().compareTo(plan.backup().endLsn()) >= 0, situation);
    if (target instanceof RecoveryTarget.Position position) {
      assertTrue(position.lsn().isBefore(plan.walEnd()), situation);
    }
    assertTrue(plan.explain().contains(plan.backup().id().text()));
  }

  /** Often exactly where a backup ends. */
  private static RecoveryTarget target(PlanWorld world, Random random) {
    long lsn = 1L + random.nextInt(13 * PlanWorld.SEGMENT);
    Instant time = PlanWorld.EPOCH.plusSeconds(random.nextInt(3500));
    if (!world.backups.isEmpty() && random.nextBoolean()) {
      BaseBackup backup = world.backups.get(random.nextInt(world.backups.size()));
      lsn = backup.endLsn().value() + random.nextInt(3) - 1;
      time = backup.endTime().plusSeconds(random.nextInt(3) - 1);
    }
    switch (random.nextInt(7)) {
      case 0:
        return RecoveryTarget.latest();
      case 1:
        return RecoveryTarget.immediate();
      case 2:
        return RecoveryTarget.lsn(new Lsn(lsn));
      case 3:
        return RecoveryTarget.beforeLsn(PlanWorld.SIZE.floor(new Lsn(lsn)).plus(PlanWorld.SEGMENT));
      case 4:
        return RecoveryTarget.time(time);
      case 5:
        return RecoveryTarget.beforeTime(time);
      default:
        return RecoveryTarget.transaction(727);
    }
  }
}
