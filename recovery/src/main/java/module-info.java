/** Plans, proves and carries out point-in-time recovery. */
module dev.walden.recovery {
  requires transitive dev.walden.core;
  requires transitive java.sql;
  requires org.slf4j;
  requires static org.jspecify;

  exports dev.walden.recovery;
  exports dev.walden.recovery.plan;
  exports dev.walden.recovery.points;
  exports dev.walden.recovery.restore;
  exports dev.walden.recovery.simulate;
}
