/**
 * Values: small JSON documents, read strictly. Together with the manifest in {@code
 * dev.walden.backup} the only home of Jackson.
 */
@NullMarked
package dev.walden.json;

import org.jspecify.annotations.NullMarked;
