package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.json.JsonObject;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.points.CatalogNames;
import dev.walden.recovery.points.DroppedRelations;
import dev.walden.recovery.points.NamedPoint;
import dev.walden.recovery.points.PointList;
import dev.walden.recovery.points.RecoverablePoints;
import dev.walden.recovery.points.TimelineCoverage;
import dev.walden.recovery.points.TransactionPoint;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists and searches recovery points. */
@Command(
    name = "points",
    description = {
      "List what can be recovered: timelines, recoverable ranges and restore points.",
      "With a time window, also list drops and transaction ends."
    })
public final class PointsCommand implements Callable<Integer> {
  @Mixin private ArchiveOptions archive;
  @ArgGroup private Way way;

  @ArgGroup(exclusive = false)
  private Search search;

  @Option(names = "--limit", paramLabel = "N", description = "list at most N; default: 1000")
  private Integer limit;

  @Option(names = "--json", description = "print JSON")
  private boolean json;

  /** At most one of these; without any, the newest timeline. */
  private static final class Way {
    @Option(names = "--timeline", paramLabel = "N", description = "search this timeline")
    private Long timeline;

    @Option(names = "--every-timeline", description = "search all timelines")
    private boolean every;
  }

  /** A time window and what to search for in it. */
  private static final class Search {
    @Option(
        names = "--from",
        required = true,
        paramLabel = "TIME",
        description = "from this time on: 2026-11-22T10:40:00Z")
    private String from;

    @Option(
        names = "--to",
        required = true,
        paramLabel = "TIME",
        description = "up to this time, inclusive")
    private String to;

    @Option(names = "--drops", description = "list what was dropped, truncated or rewritten")
    private boolean drops;

    @Option(names = "--transactions", description = "list the transactions that ended")
    private boolean transactions;

    @Option(
        names = "--names",
        paramLabel = "URL",
        description = "the JDBC URL of a server to ask for the names of what was dropped")
    private String names;
  }

  @Override
  public Integer call() throws IOException {
    try (ArchiveStore store = archive.open()) {
      RecoverablePoints points = RecoverablePoints.of(store);
      if (way != null) {
        points = way.every ? points.everyTimeline() : points.timeline(new TimelineId(way.timeline));
      }
      if (limit != null) {
        points = points.limit(limit);
      }
      if (search == null) {
        overview(store, points);
      } else {
        search(points);
      }
    }
    return 0;
  }

  private void overview(ArchiveStore store, RecoverablePoints points) throws IOException {
    List<TimelineCoverage> coverage = points.coverage();
    PointList<NamedPoint> named = points.restorePoints();
    if (json) {
      JsonObject document =
          JsonObject.create()
              .with("coverage", coverage.stream().map(TimelineCoverage::toJson).toList());
      System.out.print(named.into(document, "restorePoints", NamedPoint::toJson));
      return;
    }
    System.out.println(points.picture());
    for (var backup : store.backups().unusable()) {
      System.out.printf("backup %s cannot be used: %s%n", backup.id(), backup.reason());
    }
    coverage.forEach(timeline -> System.out.print(timeline.explain()));
    System.out.println("Restore points:");
    print(named, point -> "  " + point + "\n    to recover to it: " + point.target().text() + "\n");
  }

  private void search(RecoverablePoints points) throws IOException {
    boolean both = !search.drops && !search.transactions;
    JsonObject document = JsonObject.create();
    if (search.drops || both) {
      PointList<DroppedRelations> drops = drops(points);
      if (json) {
        drops.into(document, "drops", DroppedRelations::toJson);
      } else {
        print(drops, DroppedRelations::explain);
      }
    }
    if (search.transactions || both) {
      PointList<TransactionPoint> ends = points.transactions(time(search.from), time(search.to));
      if (json) {
        ends.into(document, "transactions", TransactionPoint::toJson);
      } else {
        print(ends, transaction -> transaction + "\n");
      }
    }
    if (json) {
      System.out.print(document);
    }
  }

  private PointList<DroppedRelations> drops(RecoverablePoints points) throws IOException {
    if (search.names == null) {
      return points.drops(time(search.from), time(search.to));
    }
    try (Connection server = DriverManager.getConnection(search.names)) {
      return points.names(CatalogNames.of(server)).drops(time(search.from), time(search.to));
    } catch (SQLException e) {
      throw new IOException("cannot ask the server for names: " + e.getMessage(), e);
    }
  }

  private static <T> void print(PointList<T> list, Function<T, String> text) {
    list.points().forEach(point -> System.out.print(text.apply(point)));
    if (list.points().isEmpty()) {
      System.out.println("  none");
    }
    if (list.more()) {
      System.out.println("  and more; see --limit");
    }
  }

  private static Instant time(String text) {
    if (RecoveryTarget.parse(text) instanceof RecoveryTarget.Time time) {
      return time.time();
    }
    throw new IllegalArgumentException("not a time: \"" + text + '"');
  }
}
