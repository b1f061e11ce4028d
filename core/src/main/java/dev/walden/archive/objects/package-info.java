/**
 * Effects: how one object of an archive is named ({@code ArchiveLayout}, the only place that
 * knows), encoded ({@code EncodedObject}, {@code EncodedPut}) and proven ({@code PlainObjects},
 * {@code VerifiedInputStream}).
 */
@NullMarked
package dev.walden.archive.objects;

import org.jspecify.annotations.NullMarked;
