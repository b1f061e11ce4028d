/** The commands of the {@code walden} command line, each a thin user of the library. */
package dev.walden.examples.cli;
