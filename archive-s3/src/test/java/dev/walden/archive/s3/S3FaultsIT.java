package dev.walden.archive.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.storage.StoredObject;
import dev.walden.testing.FaultyWire;
import dev.walden.testing.FaultyWire.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.s3.S3Client;

/** What goes wrong between a client and its server. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class S3FaultsIT {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static final int PART = 5 << 20;
  private static TestServer server;

  private final String prefix = "faults/" + TESTS.incrementAndGet();

  @BeforeAll
  static void start() throws Exception {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  /** A storage behind a wire, with its client. */
  private final class Wired implements AutoCloseable {
    private final FaultyWire wire;
    private final S3Client client;
    final S3Storage storage;

    Wired(Function<String, Fault> faults) throws IOException {
      wire = FaultyWire.to(server.port(), faults);
      client = server.client(wire.port());
      storage =
          S3Storage.in(client, TestServer.BUCKET)
              .prefix(prefix)
              .partSize(PART)
              .timeout(Duration.ofSeconds(30))
              .open();
    }

    @Override
    public void close() throws IOException {
      storage.close();
      client.close();
      wire.close();
    }
  }

  /** Something befalls the next requests of a method, in order. */
  private static final class Script implements Function<String, Fault> {
    private final String method;
    private final Queue<Fault> next = new ArrayDeque<>();

    Script(String method) {
      this.method = method;
    }

    synchronized void befall(Fault... faults) {
      next.addAll(List.of(faults));
    }

    synchronized boolean isOver() {
      return next.isEmpty();
    }

    @Override
    public synchronized Fault apply(String request) {
      return request.startsWith(method) && !next.isEmpty() ? next.remove() : Fault.NONE;
    }
  }

  private static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] read(S3Storage storage, String name) throws IOException {
    try (InputStream in = storage.open(name)) {
      return in.readAllBytes();
    }
  }

  @Test
  void aPutWhoseAnswerIsLostHasCreatedTheObject() throws Exception {
    Script script = new Script("PUT");
    try (Wired wired = new Wired(script)) {
      byte[] content = bytes(200_000, 1);
      script.befall(Fault.CUT_AFTER);
      assertEquals(PutOutcome.CREATED, wired.storage.put("a", ObjectSource.of(content)));
      assertTrue(script.isOver());
      assertArrayEquals(content, read(wired.storage, "a"));

      script.befall(Fault.CUT_AFTER);
      assertEquals(PutOutcome.EXISTS, wired.storage.put("a", ObjectSource.of(content)));
    }
  }

  private List<String> put(S3Storage storage, int count) throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add("many/" + i);
      storage.put("many/" + i, ObjectSource.of(new byte[1]));
    }
    return names;
  }

  @Test
  void moreThanAThousandAreDeletedInTwoRequestsWhoseAnswersAreLost() throws Exception {
    Script script = new Script("POST");
    try (Wired wired = new Wired(script)) {
      List<String> names = put(wired.storage, 1003);
      script.befall(Fault.CUT_AFTER, Fault.SLOW_DOWN, Fault.NONE, Fault.CUT_AFTER, Fault.NONE);
      assertEquals(Map.of(), wired.storage.deleteAll(names));
      assertTrue(script.isOver());
      assertEquals(List.of(), wired.storage.list("", "", 10));
    }
  }

  @Test
  void whereNobodyCanTellNothingCountsAsDeleted() throws Exception {
    try (Wired wired =
        new Wired(request -> request.startsWith("POST") ? Fault.ERROR : Fault.NONE)) {
      List<String> names = put(wired.storage, 3);
      Map<String, IOException> failed = wired.storage.deleteAll(names);
      assertEquals(new HashSet<>(names), failed.keySet());
      failed.values().forEach(e -> assertTrue(e instanceof StorageUnavailableException));
      assertEquals(3, wired.storage.list("", "", 10).size());
    }
  }

  @Test
  void whatABucketRefusesToDeleteIsNamed() throws Exception {
    Script script = new Script("POST");
    try (Wired wired = new Wired(script)) {
      List<String> names = put(wired.storage, 3);
      script.befall(Fault.LAST_KEY_REFUSED, Fault.SOME_KEY_REFUSED);
      Map<String, IOException> failed = wired.storage.deleteAll(names);
      assertEquals(Set.of("many/2"), failed.keySet());
      assertTrue(failed.get("many/2").getMessage().contains("AccessDenied: as told"));
      // of which one it speaks nobody knows
      assertEquals(Set.copyOf(names), wired.storage.deleteAll(names).keySet());
      assertTrue(script.isOver());
    }
  }

  @Test
  void aServerThatDeletesOneByOneOnly() throws Exception {
    try (Wired wired =
        new Wired(request -> request.startsWith("POST") ? Fault.NOT_IMPLEMENTED : Fault.NONE)) {
      List<String> names = put(wired.storage, 3);
      assertEquals(Map.of(), wired.storage.deleteAll(names));
      assertEquals(List.of(), wired.storage.list("", "", 10));
    }
  }

  @Test
  void whatPassesIsTriedAgain() throws Exception {
    Script script = new Script("PUT");
    try (Wired wired = new Wired(script)) {
      for (Fault fault : List.of(Fault.CUT_BEFORE, Fault.ERROR, Fault.SLOW_DOWN)) {
        byte[] content = bytes(100_000, 2);
        script.befall(fault, fault);
        assertEquals(PutOutcome.CREATED, wired.storage.put("a-" + fault, ObjectSource.of(content)));
        assertTrue(script.isOver());
        assertArrayEquals(content, read(wired.storage, "a-" + fault));
      }
    }
  }

  @Test
  void aBodyDamagedOnItsWayIsNotStored() throws Exception {
    Script script = new Script("PUT");
    try (Wired wired = new Wired(script)) {
      script.befall(Fault.DAMAGED_REQUEST);
      assertThrows(
          StorageUnavailableException.class,
          () -> wired.storage.put("a", ObjectSource.of(bytes(100_000, 3))));
      assertEquals(Optional.empty(), wired.storage.find("a"));

      ObjectWriter writer = wired.storage.create("b");
      script.befall(Fault.DAMAGED_REQUEST);
      assertThrows(
          StorageUnavailableException.class,
          () -> {
            writer.write(bytes(2 * PART + 1, 4));
            writer.commit();
          });
      writer.close();
      assertEquals(Optional.empty(), wired.storage.find("b"));
    }
  }

  @Test
  void aReadThatBreaksOffGoesOn() throws Exception {
    Script script = new Script("GET");
    try (Wired wired = new Wired(script)) {
      byte[] content = bytes(1_000_000, 5);
      wired.storage.put("a", ObjectSource.of(content));
      script.befall(Fault.TRUNCATED, Fault.TRUNCATED, Fault.SLOW_DOWN, Fault.TRUNCATED, Fault.SLOW);
      assertArrayEquals(content, read(wired.storage, "a"));
      assertTrue(script.isOver());
    }
  }

  @Test
  void aReadThatNeverGetsOnFails() throws Exception {
    AtomicInteger gets = new AtomicInteger();
    Function<String, Fault> faults =
        request ->
            request.startsWith("GET") && gets.getAndIncrement() > 0
                ? Fault.ERROR
                : request.startsWith("GET") ? Fault.TRUNCATED : Fault.NONE;
    try (Wired wired = new Wired(faults)) {
      wired.storage.put("a", ObjectSource.of(bytes(1_000_000, 6)));
      assertThrows(StorageUnavailableException.class, () -> read(wired.storage, "a"));
    }
  }

  @Test
  void anUploadWhoseLastAnswerIsLostIsComplete() throws Exception {
    Script script = new Script("POST");
    try (Wired wired = new Wired(script);
        ObjectWriter writer = wired.storage.create("a")) {
      byte[] content = bytes(2 * PART + 17, 7);
      writer.write(content, 0, PART + 1);
      script.befall(Fault.CUT_AFTER);
      writer.write(content, PART + 1, content.length - PART - 1);
      writer.commit();
      assertTrue(script.isOver());
      assertArrayEquals(content, read(wired.storage, "a"));
    }
  }

  @Test
  void anUploadThatNobodyFinishedIsAbortedLater() throws Exception {
    try (Wired wired = new Wired(request -> Fault.NONE);
        S3Client client = server.client();
        S3Storage neighbour =
            S3Storage.in(client, TestServer.BUCKET).prefix(prefix + "-neighbour").open()) {
      ObjectWriter abandoned = wired.storage.create("a");
      abandoned.write(bytes(PART + 1, 8));
      assertEquals(0, wired.storage.tidyUploads(Duration.ofHours(1)));
      assertEquals(0, neighbour.tidyUploads(Duration.ofSeconds(-60)));
      assertEquals(1, wired.storage.tidyUploads(Duration.ofSeconds(-60)));
      assertThrows(IOException.class, abandoned::commit);
      abandoned.close();
      assertEquals(Optional.empty(), wired.storage.find("a"));
    }
  }

  @Test
  void aDiscardedUploadIsAborted() throws Exception {
    try (Wired wired = new Wired(request -> Fault.NONE)) {
      try (ObjectWriter writer = wired.storage.create("a")) {
        writer.write(bytes(3 * PART, 9));
      }
      assertEquals(0, wired.storage.tidyUploads(Duration.ofSeconds(-60)));
    }
  }

  @Test
  void anUnknownIsNeverAbsence() throws Exception {
    try (S3Client client = server.client();
        S3Storage missing = S3Storage.in(client, "no-such-bucket").readOnly().open()) {
      assertNobodyCanTell(missing);
      assertThrows(
          StorageUnavailableException.class, () -> S3Storage.in(client, "no-such-bucket").open());
    }
    try (S3Client stranger = TestServer.client(server.port(), "another-secret");
        S3Storage forbidden = S3Storage.in(stranger, TestServer.BUCKET).readOnly().open()) {
      StorageUnavailableException refused = assertNobodyCanTell(forbidden);
      assertFalse(refused.toString().contains("another-secret"), refused::toString);
    }
    try (S3Client nobody = TestServer.client(1, "secret");
        S3Storage unreachable = S3Storage.in(nobody, TestServer.BUCKET).readOnly().open()) {
      assertNobodyCanTell(unreachable);
    }
  }

  private static StorageUnavailableException assertNobodyCanTell(S3Storage storage) {
    assertThrows(StorageUnavailableException.class, () -> storage.open("a"));
    assertThrows(StorageUnavailableException.class, () -> storage.open("a", 5, 0));
    assertThrows(StorageUnavailableException.class, () -> storage.list("", "", 10));
    assertThrows(StorageUnavailableException.class, () -> storage.delete("a"));
    return assertThrows(StorageUnavailableException.class, () -> storage.find("a"));
  }

  @Test
  void aServerThatOverwritesIsRefused() throws Exception {
    try (TestServer open = TestServer.startWithoutSignatures();
        FaultyWire wire = FaultyWire.to(open.port(), request -> Fault.UNCONDITIONAL);
        S3Client client = open.client(wire.port())) {
      StorageUnavailableException refused =
          assertThrows(
              StorageUnavailableException.class,
              () -> S3Storage.in(client, TestServer.BUCKET).open());
      assertTrue(refused.getMessage().contains("If-None-Match"), refused::getMessage);
    }
  }

  @Test
  void aServerThatIsSilentIsNotWaitedForForEver() throws Exception {
    Script script = new Script("HEAD");
    try (Wired wired = new Wired(script);
        S3Storage impatient =
            S3Storage.in(wired.client, TestServer.BUCKET)
                .prefix(prefix)
                .timeout(Duration.ofSeconds(1))
                .open()) {
      script.befall(Fault.SILENCE);
      assertThrows(StorageUnavailableException.class, () -> impatient.find("a"));
      assertTrue(script.isOver());

      script.befall(Fault.SILENCE);
      Thread caller = Thread.currentThread();
      Thread alarm =
          new Thread(
              () -> {
                while (!script.isOver()) {
                  Thread.onSpinWait();
                }
                caller.interrupt();
              });
      alarm.start();
      StorageUnavailableException interrupted =
          assertThrows(StorageUnavailableException.class, () -> wired.storage.find("a"));
      assertTrue(Thread.interrupted());
      assertTrue(interrupted.getMessage().contains("interrupted"), interrupted::getMessage);
    }
  }

  @Test
  void keepsToItsPrefix() throws Exception {
    try (S3Client client = server.client();
        S3Storage one = S3Storage.in(client, TestServer.BUCKET).prefix(prefix + "/a").open();
        S3Storage two = S3Storage.in(client, TestServer.BUCKET).prefix(prefix + "/ab").open();
        S3Storage both = S3Storage.in(client, TestServer.BUCKET).prefix(prefix).open()) {
      one.put("x", ObjectSource.of(new byte[1]));
      two.put("y", ObjectSource.of(new byte[2]));
      assertEquals(List.of(new StoredObject("x", 1)), one.list("", "", 10));
      assertEquals(List.of(new StoredObject("y", 2)), two.list("", "", 10));
      assertEquals(
          List.of(new StoredObject("a/x", 1), new StoredObject("ab/y", 2)), both.list("", "", 10));
      assertThrows(NotArchivedException.class, () -> one.open("y"));
      assertThrows(
          IllegalArgumentException.class, () -> one.put("../ab/z", ObjectSource.of(new byte[1])));
      assertThrows(
          IllegalArgumentException.class,
          () -> S3Storage.in(client, TestServer.BUCKET).prefix("../other"));
    }
  }

  /** Whatever is told of an object is true, whatever happens on the way. */
  @Test
  void tellsTheTruthUnderRandomFaults() throws Exception {
    long seed = Long.getLong("walden.s3.seed", System.nanoTime());
    System.out.println("S3FaultsIT: -Dwalden.s3.seed=" + seed);
    Random random = new Random(seed);
    List<Fault> kinds =
        List.of(
            Fault.CUT_BEFORE,
            Fault.CUT_AFTER,
            Fault.TRUNCATED,
            Fault.ERROR,
            Fault.SLOW_DOWN,
            Fault.SLOW);
    Function<String, Fault> faults =
        request -> {
          synchronized (random) {
            return random.nextInt(3) == 0 ? kinds.get(random.nextInt(kinds.size())) : Fault.NONE;
          }
        };
    List<String> created = new ArrayList<>();
    try (Wired wired = new Wired(faults)) {
      int objects = Integer.getInteger("walden.s3.objects", 40);
      for (int i = 0; i < objects; i++) {
        String name = String.format("object/%03d", i);
        try {
          assertEquals(
              PutOutcome.CREATED, wired.storage.put(name, ObjectSource.of(bytes(50_000 + i, i))));
          created.add(name);
        } catch (StorageUnavailableException e) {
          // nobody can tell: looked at below
        }
      }
    }
    try (S3Client client = server.client();
        S3Storage storage = S3Storage.in(client, TestServer.BUCKET).prefix(prefix).open()) {
      List<String> there = storage.list("", "", 1000).stream().map(StoredObject::name).toList();
      assertTrue(there.containsAll(created), () -> there + " lacks some of " + created);
      assertFalse(created.isEmpty());
      for (String name : there) {
        int i = Integer.parseInt(name.substring(name.length() - 3));
        assertArrayEquals(bytes(50_000 + i, i), read(storage, name));
      }
    }
    try (Wired wired = new Wired(faults)) {
      for (String name : created) {
        int i = Integer.parseInt(name.substring(name.length() - 3));
        try {
          assertArrayEquals(bytes(50_000 + i, i), read(wired.storage, name));
          assertEquals(50_000 + i, wired.storage.find(name).orElseThrow().length());
        } catch (StorageUnavailableException e) {
          // says that it does not know
        }
      }
    }
  }
}
