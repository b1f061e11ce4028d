package dev.walden.recovery.restore;

class RestoreCommandOn18IT extends RestoreCommandContract {
  RestoreCommandOn18IT() {
    super(18);
  }
}
