package dev.walden.examples.cli;

import dev.walden.backup.LeftOutParts;

/** What to do with a backup that lacks parts of the cluster. */
enum OnLeftOut {
  refuse(LeftOutParts.REFUSE),
  record(LeftOutParts.RECORD);

  private final LeftOutParts choice;

  OnLeftOut(LeftOutParts choice) {
    this.choice = choice;
  }

  LeftOutParts choice() {
    return choice;
  }
}
