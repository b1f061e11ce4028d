/** Effects: an archive in an S3-compatible object store. Not written yet. */
package dev.walden.archive.s3;
