/** Values: the texts of failures. */
@NullMarked
package dev.walden.errors;

import org.jspecify.annotations.NullMarked;
