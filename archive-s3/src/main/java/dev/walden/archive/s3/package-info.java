/**
 * Effects: an archive in an S3-compatible object store. Start at {@link
 * dev.walden.archive.s3.S3Storage} and {@link dev.walden.archive.s3.S3Clients}.
 */
@NullMarked
package dev.walden.archive.s3;

import org.jspecify.annotations.NullMarked;
