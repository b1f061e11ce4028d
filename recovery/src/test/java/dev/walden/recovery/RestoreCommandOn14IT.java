package dev.walden.recovery;

class RestoreCommandOn14IT extends RestoreCommandContract {
  RestoreCommandOn14IT() {
    super(14);
  }
}
