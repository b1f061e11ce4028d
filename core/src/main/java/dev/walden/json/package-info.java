/**
 * Values: small JSON documents, read strictly. Together with the manifest in {@code
 * dev.walden.backup} the only home of Jackson.
 */
package dev.walden.json;
