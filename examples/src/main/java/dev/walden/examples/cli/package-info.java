/** The commands of the {@code walden} command line, each a thin layer over the library. */
package dev.walden.examples.cli;
