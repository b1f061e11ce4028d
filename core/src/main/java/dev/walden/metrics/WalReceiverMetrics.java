package dev.walden.metrics;

import dev.walden.server.receive.WalReceiver;
import dev.walden.server.receive.WalReceiverLag;
import dev.walden.server.receive.WalReceiverStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a {@link WalReceiver}: gauges and counters that read {@link WalReceiver#status}.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>Name</th><th>Unit</th><th>Value</th></tr>
 * <tr><td>{@code walden.receiver.healthy}</td><td></td><td>1, or 0: {@link
 *     WalReceiverStatus#health} with the limit given here</td></tr>
 * <tr><td>{@code walden.receiver.lag.bytes}</td><td>bytes</td><td>{@link WalReceiverLag}; the tag
 *     {@code stage} is {@code received}, {@code durable} or {@code archived}. NaN before the first
 *     stream</td></tr>
 * <tr><td>{@code walden.receiver.lag.seconds}</td><td>seconds</td><td>{@link
 *     WalReceiverStatus#lag}</td></tr>
 * <tr><td>{@code walden.receiver.overdue.seconds}</td><td>seconds</td><td>{@link
 *     WalReceiverStatus#overdue}</td></tr>
 * <tr><td>{@code walden.receiver.silence.seconds}</td><td>seconds</td><td>{@link
 *     WalReceiverStatus#silence}</td></tr>
 * <tr><td>{@code walden.receiver.timeline}</td><td></td><td>the timeline; NaN before the first
 *     stream</td></tr>
 * <tr><td>{@code walden.receiver.connections}</td><td></td><td>counter: connections made</td></tr>
 * <tr><td>{@code walden.receiver.segments.archived}</td><td></td><td>counter: segments
 *     archived</td></tr>
 * <tr><td>{@code walden.receiver.gaps}</td><td></td><td>counter: gaps recorded in the
 *     archive</td></tr>
 * <tr><td>{@code walden.receiver.events.dropped}</td><td></td><td>counter: events that a slow listener missed</td></tr>
 * </table>
 *
 * <p>Every meter has the tag {@code receiver}, the receiver's name. A registry holds each
 * combination of name and tags only once: two receivers of one process need different names or
 * tags. The meters keep a reference to the receiver, and show when it is closed; {@link #close}
 * removes them. Safe for use by many threads.
 */
public final class WalReceiverMetrics implements MeterBinder, AutoCloseable {
  private static final String PREFIX = "walden.receiver.";

  private final WalReceiver receiver;
  private final Duration limit;
  private final Tags tags;
  private final CopyOnWriteArrayList<Bound> bound = new CopyOnWriteArrayList<>();

  private record Bound(MeterRegistry registry, Meter meter) {}

  /** With a limit of 60 seconds and without further tags. */
  public WalReceiverMetrics(WalReceiver receiver) {
    this(receiver, Duration.ofSeconds(60), Tags.empty());
  }

  /**
   * @param limit after how long the receiver counts as unhealthy
   * @param tags more tags of every meter
   */
  public WalReceiverMetrics(WalReceiver receiver, Duration limit, Iterable<Tag> tags) {
    this.receiver = receiver;
    this.limit = limit;
    this.tags = Tags.of("receiver", receiver.name()).and(tags);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    gauge(registry, "healthy", null, status -> status.health(limit).healthy() ? 1 : 0);
    bytes(registry, "received", WalReceiverLag::received);
    bytes(registry, "durable", WalReceiverLag::durable);
    bytes(registry, "archived", WalReceiverLag::archived);
    gauge(registry, "lag.seconds", "seconds", status -> seconds(status.lag()));
    gauge(registry, "overdue.seconds", "seconds", status -> seconds(status.overdue()));
    gauge(registry, "silence.seconds", "seconds", status -> seconds(status.silence()));
    gauge(
        registry,
        "timeline",
        null,
        status -> status.timeline().map(id -> (double) id.value()).orElse(Double.NaN));
    counter(registry, "connections", WalReceiverStatus::connections);
    counter(registry, "segments.archived", WalReceiverStatus::segmentsArchived);
    counter(registry, "gaps", WalReceiverStatus::gaps);
    counter(registry, "events.dropped", WalReceiverStatus::eventsDropped);
  }

  private void bytes(MeterRegistry registry, String stage, ToLongFunction<WalReceiverLag> lag) {
    add(
        registry,
        Gauge.builder(
                PREFIX + "lag.bytes",
                receiver,
                one ->
                    one.status()
                        .lagBytes()
                        .map(bytes -> (double) lag.applyAsLong(bytes))
                        .orElse(Double.NaN))
            .baseUnit("bytes")
            .tags(tags.and("stage", stage))
            .strongReference(true)
            .register(registry));
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      @Nullable String unit,
      ToDoubleFunction<WalReceiverStatus> value) {
    add(
        registry,
        Gauge.builder(PREFIX + name, receiver, one -> value.applyAsDouble(one.status()))
            .baseUnit(unit)
            .tags(tags)
            .strongReference(true)
            .register(registry));
  }

  private void counter(
      MeterRegistry registry, String name, ToDoubleFunction<WalReceiverStatus> value) {
    add(
        registry,
        FunctionCounter.builder(PREFIX + name, receiver, one -> value.applyAsDouble(one.status()))
            .tags(tags)
            .register(registry));
  }

  private void add(MeterRegistry registry, Meter meter) {
    bound.add(new Bound(registry, meter));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
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
