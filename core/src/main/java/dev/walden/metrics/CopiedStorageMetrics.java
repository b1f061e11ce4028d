package dev.walden.metrics;

import dev.walden.storage.copies.CopiedStorage;
import dev.walden.storage.copies.CopyStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;

/**
 * The meters of a {@link CopiedStorage}: gauges that read {@link CopiedStorage#status}, which asks
 * no storage. Each has the tag {@code copy}, the copy's name.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>Name</th><th>Value</th></tr>
 * <tr><td>{@code walden.copies.reachable}</td><td>1, or 0: {@link CopyStatus#reachable}</td></tr>
 * <tr><td>{@code walden.copies.waiting}</td><td>objects: {@link CopyStatus#waiting}</td></tr>
 * <tr><td>{@code walden.copies.overflowed}</td><td>1, or 0: {@link CopyStatus#overflowed}</td></tr>
 * <tr><td>{@code walden.copies.damaged}</td><td>objects: {@link CopyStatus#damaged}</td></tr>
 * <tr><td>{@code walden.copies.divergent}</td><td>objects: {@link CopyStatus#divergent}</td></tr>
 * </table>
 *
 * <p>A registry holds each combination of name and tags only once: if two storages of one process
 * have copies with the same names, they need different tags. {@link #close} removes the meters.
 * Safe for use by many threads.
 */
public final class CopiedStorageMetrics implements MeterBinder, AutoCloseable {
  private static final String PREFIX = "walden.copies.";

  private final CopiedStorage storage;
  private final Tags tags;
  private final CopyOnWriteArrayList<Bound> bound = new CopyOnWriteArrayList<>();

  private record Bound(MeterRegistry registry, Meter meter) {}

  /** Without additional tags. */
  public CopiedStorageMetrics(CopiedStorage storage) {
    this(storage, Tags.empty());
  }

  /**
   * @param tags additional tags of every meter
   */
  public CopiedStorageMetrics(CopiedStorage storage, Iterable<Tag> tags) {
    this.storage = storage;
    this.tags = Tags.of(tags);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    List<CopyStatus> copies = storage.status();
    for (int i = 0; i < copies.size(); i++) {
      Tags own = tags.and("copy", copies.get(i).name());
      gauge(registry, own, i, "reachable", status -> status.reachable() ? 1 : 0);
      gauge(registry, own, i, "waiting", CopyStatus::waiting);
      gauge(registry, own, i, "overflowed", status -> status.overflowed() ? 1 : 0);
      gauge(registry, own, i, "damaged", status -> status.damaged().size());
      gauge(registry, own, i, "divergent", status -> status.divergent().size());
    }
  }

  private void gauge(
      MeterRegistry registry, Tags own, int copy, String name, ToDoubleFunction<CopyStatus> value) {
    Gauge gauge =
        Gauge.builder(PREFIX + name, storage, one -> value.applyAsDouble(one.status().get(copy)))
            .tags(own)
            .strongReference(true)
            .register(registry);
    bound.add(new Bound(registry, gauge));
  }

  /** Removes the meters from their registries. */
  @Override
  public void close() {
    for (Bound one : bound) {
      one.registry.remove(one.meter);
      bound.remove(one);
    }
  }
}
