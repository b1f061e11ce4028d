/**
 * Effects: how one object of an archive is named ({@code ArchiveLayout}, the only place that
 * knows), encoded ({@code EncodedObject}, {@code EncodedPut}) and proven ({@code Sha256Companion},
 * {@code VerifiedInputStream}).
 */
package dev.walden.archive.objects;
