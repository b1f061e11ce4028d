package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The commands of {@code docs/recovery-by-hand.md}: its blocks that are marked {@code sh}. */
public final class RecoveryPage {
  private static final Path PAGE = Path.of("..", "docs", "recovery-by-hand.md");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\n(.*?)^```$");
  private static final Pattern ASSIGNMENT = Pattern.compile("(?m)^([A-Z_]+)=");

  private RecoveryPage() {}

  /** All commands, with other values for the variables of the first block. */
  static String script(Map<String, String> variables) throws IOException {
    List<String> blocks = blocks();
    return script(variables, blocks.subList(1, blocks.size()));
  }

  /** The commands that make the two scripts. */
  public static String scripts(Map<String, String> variables) throws IOException {
    List<String> making = blocks().stream().filter(text -> text.contains("chmod 700")).toList();
    assertEquals(2, making.size());
    return script(variables, making);
  }

  private static List<String> blocks() throws IOException {
    List<String> blocks =
        BLOCK.matcher(Files.readString(PAGE)).results().map(block -> block.group(1)).toList();
    assertTrue(blocks.size() > 6, "only " + blocks.size() + " blocks");
    return blocks;
  }

  private static String script(Map<String, String> variables, List<String> blocks)
      throws IOException {
    List<String> assigned =
        ASSIGNMENT.matcher(blocks().get(0)).results().map(m -> m.group(1)).sorted().toList();
    assertEquals(variables.keySet().stream().sorted().toList(), assigned);
    StringBuilder script = new StringBuilder();
    variables.forEach((name, value) -> script.append(name + "='" + value + "'\n"));
    blocks.forEach(script::append);
    return script.toString();
  }
}
