package dev.walden.server.receive.ledger;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * In whatever order things happen to a receiver: what it tells the server is durable, with nothing
 * missing before it, also if it is gone in that moment; it never goes back; and everything received
 * is offered to be archived.
 */
class FlushLedgerProperties {
  private static final int THINGS = 16;

  @Provide
  Arbitrary<List<Integer>> lots() {
    return Arbitraries.integers()
        .between(0, THINGS * 10_000 - 1)
        .list()
        .ofMinSize(1)
        .ofMaxSize(150);
  }

  @Property(tries = 1000)
  void wholeSegments(@ForAll("lots") List<Integer> lots) throws Exception {
    run(new FlushPolicy.WholeSegments(), lots);
  }

  @Property(tries = 1000)
  void spooled(@ForAll("lots") List<Integer> lots) throws Exception {
    run(new FlushPolicy.Spooled(), lots);
  }

  @Property(tries = 1000)
  void inPieces(@ForAll("lots") List<Integer> lots) throws Exception {
    run(new FlushPolicy.Pieces(Duration.ofSeconds(1), 100_000), lots);
  }

  @Property(tries = 300)
  void inPiecesAtOnce(@ForAll("lots") List<Integer> lots) throws Exception {
    run(new FlushPolicy.Pieces(Duration.ZERO, 8 << 20), lots);
  }

  private static void run(FlushPolicy policy, List<Integer> lots) throws Exception {
    LedgerWorld world = new LedgerWorld(policy);
    for (int lot : lots) {
      world.happen(lot % THINGS, lot / THINGS);
    }
    world.assertAllOfItIsOffered();
  }
}
