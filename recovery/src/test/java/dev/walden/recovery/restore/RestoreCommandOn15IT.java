package dev.walden.recovery.restore;

class RestoreCommandOn15IT extends RestoreCommandContract {
  RestoreCommandOn15IT() {
    super(15);
  }
}
