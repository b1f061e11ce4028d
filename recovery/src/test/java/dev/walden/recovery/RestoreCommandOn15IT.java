package dev.walden.recovery;

class RestoreCommandOn15IT extends RestoreCommandContract {
  RestoreCommandOn15IT() {
    super(15);
  }
}
