/**
 * Programs that use the library's public API: {@link dev.walden.examples.Quickstart} shows the
 * whole story on its own PostgreSQL; {@link dev.walden.examples.Walden} is a small command line.
 */
package dev.walden.examples;
