package dev.walden.server.receive.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SynchronousStandbyNamesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                      | walden   | false",
        "walden                  | walden   | true",
        "Walden                  | walden   | true",
        "*                       | walden   | true",
        "a, walden               | walden   | true",
        "a, walden2              | walden   | false",
        "1 (walden)              | walden   | true",
        "2 (a, b)                | walden   | false",
        "FIRST 1 (a,walden)      | walden   | true",
        "any 2 (a, b, \"w x\")   | w x      | true",
        "ANY 2(*)                | walden   | true",
        "any 1 (a)               | any      | false",
        "any                     | any      | true",
        "\"a,\"\"b\"              | a,\"b     | true",
        "\"walden                 | x        | false",
      })
  void tellWhoIsMeant(String setting, String name, boolean meant) {
    assertEquals(meant, SynchronousStandbyNames.contain(setting, name));
  }
}
