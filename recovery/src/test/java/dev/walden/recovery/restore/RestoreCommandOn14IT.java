package dev.walden.recovery.restore;

class RestoreCommandOn14IT extends RestoreCommandContract {
  RestoreCommandOn14IT() {
    super(14);
  }
}
