/** Effects: files and directories that survive a crash of the machine. */
@NullMarked
package dev.walden.files;

import org.jspecify.annotations.NullMarked;
