package dev.walden.recovery;

class RestoreCommandOn18IT extends RestoreCommandContract {
  RestoreCommandOn18IT() {
    super(18);
  }
}
