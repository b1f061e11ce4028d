/** An archive in an S3-compatible object store. */
module dev.walden.archive.s3 {
  requires transitive dev.walden.core;
  requires transitive software.amazon.awssdk.services.s3;
  requires org.slf4j;
  requires software.amazon.awssdk.awscore;
  requires software.amazon.awssdk.http;
  requires software.amazon.awssdk.core;
  requires software.amazon.awssdk.http.urlconnection;
  requires software.amazon.awssdk.retries.api;
  requires static org.jspecify;

  exports dev.walden.archive.s3;
}
