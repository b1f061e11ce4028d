package dev.walden.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ControlFileProperties {

  @Property
  void fieldsOfAnyValueAreReadOrRefusedByType(
      @ForAll @IntRange(min = 14, max = 18) int major,
      @ForAll @Size(max = 40) byte[] junk,
      @ForAll @IntRange(max = 252) int at)
      throws IOException {
    byte[] content = ControlFileSamples.of(major);
    System.arraycopy(junk, 0, content, at, junk.length);
    ControlFileSamples.sealed(content);
    try {
      ControlFile file = ControlFile.parse("pg_control", content);
      file.checkpoint();
      file.settings();
      file.state();
      file.time();
      file.minRecoveryPointTimeline();
      assertTrue(file.toString().contains(file.identity().systemIdentifier().toString()));
    } catch (CorruptFileException | UnsupportedFormatException e) {
      assertTrue(e.getMessage().startsWith("pg_control "));
    }
  }
}
