/** Effects: files and directories that survive a crash of the machine. */
package dev.walden.files;
