/**
 * Programs that use the library as anybody would: {@link dev.walden.examples.Quickstart} tells the
 * whole story on a PostgreSQL of its own; {@link dev.walden.examples.Walden} is a small command
 * line.
 */
package dev.walden.examples;
